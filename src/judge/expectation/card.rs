//! Compares what the scenario states of the card's answers, dates and status words.

use crate::judge::facts::{Facts, Stay};
use crate::judge::outcome::{Outcome, text};
use crate::judge::session::{Command, card_end, certificate_end, whole_certificate};
use crate::scenario::{CardExpectation, CertificateExpectation};

/// Compares the status word of the last answer before the `nth` expectation of a probe, from 0.
pub(super) fn status(facts: &Facts<'_>, step: usize, nth: usize, expected: &str) -> Outcome {
    let reached = facts
        .probing(step)
        .and_then(|probing| Some((probing, *probing.reached.get(nth)?)));
    let Some((probing, n)) = reached else {
        return Outcome::open(&[], super::not_reached(facts, step));
    };
    let answered = |command: &&Command| command.answer_n.is_some_and(|answer| answer < n);
    let Some(command) = probing.commands.iter().rev().find(answered) else {
        return Outcome::open(&[n], crate::judge::facts::no_traffic());
    };
    let status = command.status_text();
    let at = command.n;
    if command.status.is_none() {
        return Outcome::open(
            &command.entries(),
            text!(
                "項目{at}にカードが答えていない",
                "the card did not answer entry {at}"
            ),
        );
    }
    if status == expected {
        Outcome::pass(
            &command.entries(),
            text!(
                "期待どおり{status}が返った",
                "it was answered {status}, as expected"
            ),
        )
    } else {
        Outcome::fail(
            &command.entries(),
            text!(
                "項目{at}に{expected}が期待されたが、{status}が返った",
                "{expected} was expected at entry {at}; it was answered {status}"
            ),
        )
        .differs("status", expected, status.as_str())
    }
}

/// Returns what `read` finds in the commands of the last stay of a card before an entry that has it.
fn last_read<T>(
    facts: &Facts<'_>,
    n: u64,
    read: impl Fn(&mut dyn Iterator<Item = &Command>) -> Option<T>,
) -> Option<T> {
    let people = 0..facts.scenario.people.len();
    let mut stays: Vec<Stay<'_>> = people.flat_map(|person| facts.stays(person)).collect();
    stays.sort_by_key(|stay| stay.first);
    stays
        .iter()
        .rev()
        .find_map(|stay| read(&mut stay.commands.iter().filter(|command| command.n < n)))
}

/// Compares the end of the certificate that the card last handed over whole.
pub(super) fn certificate(facts: &Facts<'_>, n: u64, expected: &CertificateExpectation) -> Outcome {
    let read = last_read(facts, n, |commands| {
        let (der, entries) = whole_certificate(commands)?;
        Some((certificate_end(&der)?, entries))
    });
    let Some((end, mut entries)) = read else {
        return Outcome::open(
            &[n],
            text!(
                "利用者証明用電子証明書(000A)の読取全体が記録されていないので、期限を比べられない",
                "no whole read of the user certificate (000A) is recorded, so its end cannot be compared"
            ),
        );
    };
    entries.push(n);
    let wanted = expected.not_after;
    if end == wanted {
        Outcome::pass(
            &entries,
            text!(
                "期待どおり、証明書は{end}まで有効である",
                "the certificate lasts to {end}, as expected"
            ),
        )
    } else {
        Outcome::fail(
            &entries,
            text!(
                "証明書は{wanted}まで有効のはずだが、{end}までになっている",
                "the certificate was expected to last to {wanted}; it lasts to {end}"
            ),
        )
        .differs("certificate.not-after", wanted.to_string(), end.to_string())
    }
}

/// Compares the card's last day as its face says.
pub(super) fn card(facts: &Facts<'_>, n: u64, expected: &CardExpectation) -> Outcome {
    let Some((day, mut entries)) = last_read(facts, n, |commands| card_end(commands)) else {
        return Outcome::open(
            &[n],
            text!(
                "券面事項確認APの0002の読取全体が記録されていないので、カードの期限を比べられない",
                "no whole read of the card's face (券面事項確認AP 0002) is recorded, so the card's end cannot be compared"
            ),
        );
    };
    entries.push(n);
    let wanted = expected.expires;
    if day == wanted {
        Outcome::pass(
            &entries,
            text!(
                "期待どおり、カードの期限は{day}である",
                "the card lasts to {day}, as expected"
            ),
        )
    } else {
        Outcome::fail(
            &entries,
            text!(
                "カードの期限は{wanted}のはずだが、{day}になっている",
                "the card was expected to last to {wanted}; it says {day}"
            ),
        )
        .differs("card.expires", wanted.to_string(), day.to_string())
    }
}
