//! DIS and OUT: what a search opens afterwards, and what it does not.

use jiff::civil::Date;

use super::{Search, switched_off};
use crate::eligibility::{
    Care, ConsentAnswer, IncidentKind, Inquiry, MedicalKind, SearchReason, Site, Text, Validity,
};
use crate::judge::cert::backend::silent;
use crate::judge::dates;
use crate::judge::facts::case::governed_by;
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};

/// What a search of before means for a fetch of records that no ordinary consent opens.
pub(in crate::judge) enum Standing {
    /// What was recorded opens it.
    Open,
    /// It opens nothing: for this reason of the search.
    Shut(SearchReason, Text),
    /// It is surgery, which a disaster does not open by convention, or the emergency summary, which is
    /// for ambulances and emergency hospitals (EMG-04).
    Surgery,
    /// 自己情報提供不可: the sources leave it open (convention 2).
    Withheld,
}

/// Finds what a search made here before means for a fetch of records; nothing where there was
/// none, or an ordinary consent decides.
pub(in crate::judge) fn standing(facts: &Facts<'_>, exchange: &Exchange<'_>) -> Option<Standing> {
    let Inquiry::Medical {
        kind, care, site, ..
    } = exchange.inquiry
    else {
        return None;
    };
    let (person, day) = (exchange.person?, exchange.at.day());
    let recorded = governed_by(*kind).and_then(|question| {
        facts.consent_on_record(person, &site.institution, question, exchange.n)
    });
    let agreed = recorded.is_some_and(|it| {
        it.answer == ConsentAnswer::Agree && dates::consent_holds(it.at, exchange.at)
    });
    if *care == Care::Emergency || agreed {
        return None;
    }
    let since = recorded.map_or(0, |it| it.n);
    let searches: Vec<Search<'_, '_>> = facts
        .exchanges
        .iter()
        .filter(|it| since < it.n && it.n < exchange.n && it.person == Some(person))
        .filter_map(Search::of)
        .filter(|it| it.site.institution == site.institution)
        .collect();
    let last = searches.last()?;
    let withheld = facts
        .registry(person, exchange.n)
        .is_some_and(|registry| !registry.withheld_by.is_empty());
    if withheld {
        return Some(Standing::Withheld);
    }
    let opens = |search: &&Search<'_, '_>| {
        search.reason == SearchReason::Disaster
            && search.shut(facts).is_none()
            && (search.exchange.eligibility()).is_some_and(|it| it.validity == Validity::Valid)
    };
    let Some(opening) = searches.iter().rfind(opens) else {
        let disaster = searches
            .iter()
            .rfind(|it| it.reason == SearchReason::Disaster);
        let search = disaster.unwrap_or(last);
        let why = search.shut(facts).unwrap_or_else(|| {
            text!(
                "照会は資格だけを確かめるものである",
                "the search was for eligibility alone"
            )
        });
        return Some(Standing::Shut(search.reason, why));
    };
    Some(
        match switched_off(facts, SearchReason::Disaster, site, day) {
            Some(why) => Standing::Shut(SearchReason::Disaster, why),
            None if !continues(facts, opening, site, day) => Standing::Shut(
                SearchReason::Disaster,
                text!(
                    "記録は前の発動のものである",
                    "what is recorded is from an earlier activation"
                ),
            ),
            None if matches!(kind, MedicalKind::Surgery | MedicalKind::EmergencySummary) => {
                Standing::Surgery
            }
            None => Standing::Open,
        },
    )
}

/// Tells whether one activation covers both the search and the day.
fn continues(facts: &Facts<'_>, search: &Search<'_, '_>, site: &Site, day: Date) -> bool {
    let begun = search.exchange.at.day();
    facts.scenario.incidents.iter().any(|incident| {
        let area = match &incident.kind {
            IncidentKind::Disaster(area) => area,
            IncidentKind::Outage(_) => return false,
        };
        let here = site
            .municipality
            .as_ref()
            .is_some_and(|it| area.contains(it));
        let period = incident.from..=incident.until;
        here && period.contains(&begun) && period.contains(&day)
    })
}

/// Judges a fetch of records that rests on a search for this reason.
pub(super) fn fetched(
    facts: &Facts<'_>,
    exchange: &Exchange<'_>,
    reason: SearchReason,
) -> Option<Outcome> {
    let standing = standing(facts, exchange)?;
    let concerns = match &standing {
        Standing::Shut(of, _) => *of,
        _ => SearchReason::Disaster,
    };
    if concerns != reason {
        return None;
    }
    let (entries, n) = (exchange.entries(), exchange.answer_n());
    if exchange.answer().is_none() {
        return Some(Outcome::open(&entries, silent()));
    }
    let returned = exchange.returned_records();
    let nothing = || Outcome::pass(&entries, text!("何も返さなかった", "nothing was returned"));
    Some(match standing {
        Standing::Open if exchange.refusal().is_some() => Outcome::fail(
            &entries,
            text!(
                "災害時の同意か理由が記録されているのに、項目{n}で断った",
                "a consent, or why there is none, is recorded in the disaster, yet entry {n} refuses"
            ),
        )
        .refused_wrongly(exchange),
        Standing::Open => Outcome::pass(
            &entries,
            text!("記録の後に読ませた", "read after it was recorded"),
        ),
        Standing::Withheld if returned => Outcome::open(
            &entries,
            text!(
                "自己情報提供不可の人の情報を返した。資料で確かでないので、判定しない",
                "returned for a person with 自己情報提供不可; the sources leave it open"
            ),
        ),
        Standing::Withheld => nothing(),
        Standing::Surgery | Standing::Shut(SearchReason::Outage, _) => {
            let part = match reason {
                SearchReason::Disaster => "no-surgery",
                SearchReason::Outage => "no-medical",
            };
            let outcome = if returned {
                Outcome::fail(
                    &entries,
                    text!(
                        "この照会で見られないものを、項目{n}で返した",
                        "entry {n} returns what such a search does not open"
                    ),
                )
                .returned_wrongly(exchange)
            } else {
                nothing()
            };
            outcome.part(part)
        }
        Standing::Shut(_, Text { ja, en }) if returned => Outcome::fail(
            &entries,
            text!(
                "{ja}のに、項目{n}で診療情報などを返した",
                "{en}, yet entry {n} returns medical information"
            ),
        )
        .returned_wrongly(exchange),
        Standing::Shut(..) => nothing(),
    })
}
