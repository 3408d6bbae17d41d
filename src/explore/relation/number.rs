//! What a number inquiry says of a qualification agrees with what a card inquiry says of the person.

use super::Relation;
use super::facts::{Exchange, exchanges, qualification};
use crate::eligibility::{Answer, Inquiry, NumberKey, Person, Text, Validity};
use crate::explore::trial::Played;
use crate::requirement::Id;
use crate::scenario::{DeskStep, Document, NumberInquiryStep, Step};

/// A qualification that a card inquiry calls current is valid by number on the same day.
pub(super) const NUMBER_AND_CARD: Relation = Relation {
    name: "number-agrees-with-card",
    requirement: Id::literal("ELIG-01"),
    ja: "カードと番号の照会は同じ資格を示す",
    en: "number and card inquiry agree on a qualification",
    variant,
    compare,
};

/// Asks by number, too, once the patient's visits are over.
fn variant(document: &Document) -> Option<Document> {
    let visits = document
        .steps
        .iter()
        .any(|step| matches!(step, Step::PresentCard(None)));
    if !visits {
        return None;
    }
    let mut asked = document.clone();
    asked.steps.push(Step::Desk(DeskStep::NumberInquiry(
        NumberInquiryStep::default(),
    )));
    Some(asked)
}

fn compare(_: &Played, asked: &Played) -> Option<Text> {
    let exchanges = exchanges(asked);
    let by_number = exchanges.last()?;
    let (Inquiry::Number { key, .. }, Answer::Eligibility(number)) =
        (by_number.inquiry, by_number.answer)
    else {
        return None;
    };
    let one = qualification(number.qualification.as_ref()?);
    let same = |exchange: &&Exchange<'_>| {
        let Answer::Eligibility(card) = exchange.answer else {
            return false;
        };
        matches!(exchange.inquiry, Inquiry::Confirm { .. })
            && exchange.at.day() == by_number.at.day()
            && card.validity == Validity::Valid
            && is_holder(card.person.as_ref(), key, number.person.as_ref())
            && card.qualification.as_ref().map(qualification).as_ref() == Some(&one)
    };
    let by_card = exchanges.iter().find(same)?;
    let contradicts = matches!(
        number.validity,
        Validity::Invalid | Validity::InvalidNewerExists | Validity::None
    );
    contradicts.then(|| {
        let visit = by_card.visit;
        let word = format!("{:?}", number.validity);
        Text::new(
            format!("{visit}回目の受付で有効とされた資格 {one} が、番号の照会では {word} となる"),
            format!("{one} was valid by card in visit {visit} and is {word} by number on that day"),
        )
    })
}

/// Tells whether the person of a card is the one of a number: several may hold the same.
fn is_holder(of_card: Option<&Person>, key: &NumberKey, of_number: Option<&Person>) -> bool {
    of_card.is_some_and(|card| {
        card.birth_date == key.birth_date && of_number.is_none_or(|number| number.name == card.name)
    })
}
