//! ELIG: what is seen of an answer below its meaning: pairing, encoding, error codes, time (rows
//! 11, 12, 14).

use crate::eligibility::Wire;
use crate::judge::difference::{ABSENT, Difference, PRESENT, optional};
use crate::judge::facts::{Exchange, Facts};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::requirement::Subject::Backend;

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("ELIG-11", Backend, elig_11),
    rule("ELIG-12", Backend, elig_12),
    rule("ELIG-14", Backend, elig_14),
];

fn elig_11(facts: &Facts<'_>) -> Vec<Outcome> {
    let exchanged: Vec<Outcome> = facts
        .exchanges
        .iter()
        .filter_map(|exchange| Some((exchange, exchange.wire?)))
        .filter(|(_, wire)| wire.protocol == "oqs")
        .filter_map(|(exchange, wire)| paired(exchange, wire))
        .collect();
    if exchanged.is_empty() {
        return vec![Outcome::absent(text!(
            "ファイル連携での回答がない",
            "no answer came over the file exchange"
        ))];
    }
    exchanged
}

/// Judges one file of an answer, or nothing where nothing of it is shown.
fn paired(exchange: &Exchange<'_>, wire: &Wire) -> Option<Outcome> {
    let entries = exchange.entries();
    let n = exchange.answer_n();
    let (request, response) = (&wire.request, wire.response.as_deref().unwrap_or("-"));
    // A reader's software writes `face` results on its own: there is no identifier to echo.
    let echoed = wire
        .echoed
        .filter(|_| !is_face(request) && !is_face(response));
    if wire.paired == Some(false) {
        return Some(Outcome::fail(
            &entries,
            text!(
                "項目{n}の回答{response}が、要求{request}と名前で対にならない",
                "the answer {response} at entry {n} does not pair with the request {request} by its name"
            ),
        )
        .differs("wire.response", request, response));
    }
    if echoed == Some(false) {
        return Some(
            Outcome::fail(
                &entries,
                text!(
                    "項目{n}の回答が、要求の識別子をそのまま返していない",
                    "the answer at entry {n} does not echo the identifier of the request"
                ),
            )
            .differs("wire.echoed", "true", "false"),
        );
    }
    if let Some(actual) = &wire.actual_encoding {
        let wrong = wire
            .declared_encodings
            .iter()
            .find(|declared| family(declared) != family(actual));
        if let Some(declared) = wrong {
            return Some(
                Outcome::fail(
                    &entries,
                    text!(
                        "項目{n}の回答は{declared}と名のるが、中身は{actual}である",
                        "the answer at entry {n} says that it is {declared}, but it is {actual}"
                    ),
                )
                .differs("wire.encoding", declared, actual),
            );
        }
    }
    let shown = wire.paired.is_some() || echoed.is_some() || !wire.declared_encodings.is_empty();
    shown.then(|| {
        Outcome::pass(
            &entries,
            text!(
                "回答は要求と対になり、名のる符号化と中身が合っている",
                "the answer pairs with its request, and its encoding is the one that it says"
            ),
        )
    })
}

fn is_face(name: &str) -> bool {
    name.starts_with("face/") || name.contains("/face/")
}

/// Returns the encoding under its one name, whatever it is called.
fn family(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    match plain.as_str() {
        "shiftjis" | "sjis" | "windows31j" | "cp932" | "ms932" | "csshiftjis" => "shift_jis",
        other => other,
    }
    .to_owned()
}

fn elig_12(facts: &Facts<'_>) -> Vec<Outcome> {
    facts
        .exchanges
        .iter()
        .filter_map(
            |exchange| match exchange.wire.and_then(|wire| wire.normal) {
                Some(normal) => Some(by_wire(exchange, exchange.wire?, normal)),
                None => by_meaning(exchange),
            },
        )
        .collect()
}

fn blank(text: Option<&String>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

fn by_wire(exchange: &Exchange<'_>, wire: &Wire, normal: bool) -> Outcome {
    let n = exchange.answer_n();
    let no_code = blank(wire.error_code.as_ref());
    match (normal, no_code) {
        (false, _) if no_code || blank(wire.error_message.as_ref()) => bare(
            exchange,
            lacking("wire.error-code", wire.error_code.as_ref())
                .chain(lacking("wire.error-message", wire.error_message.as_ref()))
                .collect(),
        ),
        (false, _) => complete(exchange),
        (true, false) => Outcome::fail(
            &exchange.entries(),
            text!(
                "項目{n}の結果は正常なのに、エラーコードがある",
                "the result at entry {n} is normal, yet it carries an error code"
            ),
        )
        .differs(
            "wire.error-code",
            ABSENT,
            optional(wire.error_code.as_ref()),
        ),
        (true, true) => Outcome::pass(
            &exchange.entries(),
            text!(
                "正常な結果にエラーコードはなかった",
                "the normal result carried no error code"
            ),
        ),
    }
}

fn by_meaning(exchange: &Exchange<'_>) -> Option<Outcome> {
    let refusal = exchange.refusal()?;
    let lacking: Vec<Difference> = lacking("refusal.code", Some(&refusal.code))
        .chain(lacking("refusal.message", Some(&refusal.message)))
        .collect();
    Some(if lacking.is_empty() {
        complete(exchange)
    } else {
        bare(exchange, lacking)
    })
}

/// Returns the difference of a field that must not be blank, where it is.
fn lacking(field: &str, text: Option<&String>) -> impl Iterator<Item = Difference> {
    let difference = || Difference::new(field, PRESENT, ABSENT);
    blank(text).then(difference).into_iter()
}

fn bare(exchange: &Exchange<'_>, lacking: Vec<Difference>) -> Outcome {
    let n = exchange.answer_n();
    Outcome::fail(
        &exchange.entries(),
        text!(
            "項目{n}の異常な結果に、エラーコードか文がない",
            "the abnormal result at entry {n} lacks an error code or a message"
        ),
    )
    .all_differ(lacking)
}

fn complete(exchange: &Exchange<'_>) -> Outcome {
    Outcome::pass(
        &exchange.entries(),
        text!(
            "異常な結果にコードと文があった",
            "the abnormal result had code and message"
        ),
    )
}

/// Longest time for an answer, in milliseconds (ELIG-14).
const ANSWER_MS: u64 = 7_000;

fn elig_14(facts: &Facts<'_>) -> Vec<Outcome> {
    if !facts.backend_is_foreign() {
        return vec![Outcome::absent(text!(
            "自前の照会先は仮想の時計で答えるので、判定しない",
            "our own backend answers on a virtual clock, so this is not judged"
        ))];
    }
    facts
        .exchanges
        .iter()
        .filter(|exchange| exchange.fault.is_none() && exchange.answer().is_some())
        .filter_map(|exchange| {
            let elapsed = exchange.elapsed_ms?;
            Some(if elapsed > ANSWER_MS {
                Outcome::fail(
                    &exchange.entries(),
                    text!(
                        "回答に{elapsed}ミリ秒かかった。7秒以内に答える",
                        "the answer took {elapsed} ms; 7 s at most"
                    ),
                )
                .differs(
                    "elapsed",
                    format!("≤ {ANSWER_MS} ms"),
                    format!("{elapsed} ms"),
                )
            } else {
                Outcome::pass(
                    &exchange.entries(),
                    text!("7秒以内に答えた", "answered within 7 s"),
                )
            })
        })
        .collect()
}
