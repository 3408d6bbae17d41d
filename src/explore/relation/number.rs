//! What a number inquiry says of a qualification agrees with what a card inquiry says of the person.

use jiff::civil::Date;

use super::Relation;
use super::facts::{Exchange, exchanges, qualification, validity};
use crate::eligibility::{Answer, Inquiry, Text, Validity};
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
    let day = asked.transcript.entries.last()?.at.day();
    let by_number = exchanges
        .last()
        .filter(|it| matches!(it.inquiry, Inquiry::Number { .. }))?;
    let Answer::Eligibility(number) = by_number.answer else {
        return None;
    };
    let one = qualification(number.qualification.as_ref()?);
    let same = |exchange: &&Exchange<'_>| {
        matches!(exchange.inquiry, Inquiry::Confirm { .. })
            && on(asked, exchange.visit) == Some(day)
            && validity(exchange.answer) == Some(Validity::Valid)
            && shown(exchange.answer).as_ref() == Some(&one)
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

/// Returns the day of a visit; the card's answer and the number's must be of one day.
fn on(played: &Played, visit: u32) -> Option<Date> {
    let mut entries = played.transcript.entries.iter();
    entries
        .rfind(|entry| entry.visit == visit)
        .map(|entry| entry.at.day())
}

fn shown(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Eligibility(answer) => answer.qualification.as_ref().map(qualification),
        _ => None,
    }
}
