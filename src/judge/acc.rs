//! ACC: how a reader uses the card (rows 01–11 and 17).

pub(super) mod absent;
pub(super) mod card;
pub(super) mod told;
pub(super) mod visit;

use super::facts::visit::Evidence;
use super::facts::{Facts, Visit};
use super::outcome::{Outcome, text};
use super::rule::{Rule, rule};
use super::session::{
    Act, App, Command, SIGNATURE_CERTIFICATE, SIGNATURE_KEY, SIGNATURE_PASSWORD, USER_CERTIFICATE,
    der_length, whole_certificate,
};
use crate::eligibility::{Inquiry, Text};
use crate::requirement::{Id, Subject::Reader};
use crate::transcript::Role;

pub(super) const RULES: &[Rule] = &[
    rule("ACC-01", Reader, acc_01),
    rule("ACC-02", Reader, acc_02),
    rule("ACC-03", Reader, acc_03),
    rule("ACC-04", Reader, acc_04),
    rule("ACC-10", Reader, acc_10),
];

/// Judges a prohibition on single commands: broken by the first that `breaks` names.
fn no_command(
    facts: &Facts<'_>,
    id: &'static str,
    breaks: impl Fn(&Visit<'_>, &Command) -> Option<Text>,
    held: &Text,
) -> Vec<Outcome> {
    facts.each_card(Id::literal(id), |visit| {
        let breach = visit
            .commands
            .iter()
            .find_map(|command| breaks(visit, command).map(|why| (command.entries(), why)));
        visit.prohibition(Evidence::Apdu, breach, held.clone())
    })
}

/// Status words that a correct card gives only to a command that should not have been sent.
const NEEDLESS: [u16; 5] = [0x6700, 0x6986, 0x6A86, 0x6D00, 0x6E00];

fn acc_01(facts: &Facts<'_>) -> Vec<Outcome> {
    let breaks = |visit: &Visit<'_>, command: &Command| {
        let first = visit
            .commands
            .iter()
            .find(|it| it.act == Act::SelectApp && it.done())?;
        let judged = command.n > first.n
            && command.fault.is_none()
            && !command.probe
            && !command.is_get_response()
            && !matches!(command.act, Act::Terminal | Act::Unlock);
        let n = command.n;
        let uses = matches!(command.act, Act::Read | Act::Verify | Act::PinStatus)
            || (command.act == Act::Sign && command.app == Some(App::Jpki));
        let unnamed = uses && command.file.is_none() && !command.unseen;
        let status = command.status.filter(|status| NEEDLESS.contains(status));
        // Looked at last: it goes through all that was before.
        if !judged || !(unnamed || status.is_some()) || visit.misled_before(n) {
            return None;
        }
        if unnamed {
            return Some(text!(
                "項目{n}の命令の前にファイルも鍵も指定されていない。SELECT EFか短いファイル番号で指定してから使う",
                "no file or key was named before the command at entry {n}; name it by SELECT EF or by its short id first"
            ));
        }
        let status = status?;
        Some(text!(
            "項目{n}の命令に{status:04X}が返った。正しいカードが必ず断る命令は送らない",
            "the command at entry {n} was answered {status:04X}; a command that a correct card must turn down is not sent"
        ))
    };
    let held = text!(
        "読取・照合・署名の前に、ファイルか鍵が指定されていた",
        "a file or key was named before each read, verification and signature"
    );
    no_command(facts, "ACC-01", breaks, &held)
}

fn acc_02(facts: &Facts<'_>) -> Vec<Outcome> {
    let breaks = |_: &Visit<'_>, command: &Command| {
        let n = command.n;
        let code_a = command.aims_at(Act::Verify, App::TextInput, 0x0014)
            || command.aims_at(Act::Verify, App::CardFace, 0x0013);
        let number = command.aims_at(Act::Read, App::TextInput, 0x0001)
            || command.aims_at(Act::Read, App::CardFace, 0x0005);
        if code_a {
            return Some(text!(
                "項目{n}で照合番号Aを送った。個人番号にかかわる照合はしない",
                "照合番号A was sent at entry {n}; what opens the My Number is never sent"
            ));
        }
        number.then(|| {
            text!(
                "項目{n}で個人番号のファイルを読もうとした。受付では個人番号を使わない",
                "the file of the My Number was read, or tried to be, at entry {n}; a check-in has no use for it"
            )
        })
    };
    let held = text!(
        "照合番号Aの送信も個人番号の読取もなかった",
        "照合番号A was not sent and the My Number not read"
    );
    let mut outcomes = no_command(facts, "ACC-02", breaks, &held);
    let mut commands = facts.visits.iter().flat_map(|visit| &visit.commands);
    let hidden = |it: &&Command| it.unseen && matches!(it.act, Act::Read | Act::Verify);
    if let Some(command) = commands.find(hidden) {
        let n = command.n;
        outcomes.push(Outcome::open(
            &command.entries(),
            text!(
                "項目{n}はセキュアメッセージングの中にあり、どのファイルか見えない",
                "entry {n} stands under secure messaging, so it is not seen which file it is about"
            ),
        ));
    }
    outcomes
}

fn acc_03(facts: &Facts<'_>) -> Vec<Outcome> {
    let breaks = |_: &Visit<'_>, command: &Command| {
        let touched = command.aims_at(Act::Verify, App::Jpki, SIGNATURE_PASSWORD)
            || command.aims_at(Act::Read, App::Jpki, SIGNATURE_CERTIFICATE)
            || command.aims_at(Act::Sign, App::Jpki, SIGNATURE_KEY);
        let n = command.n;
        touched.then(|| {
            text!(
                "項目{n}で署名用のパスワード・証明書・鍵を使った。受付では利用者証明用だけを使う",
                "the signature password, certificate or key was used at entry {n}; a check-in uses those for user authentication only"
            )
        })
    };
    let held = text!(
        "署名用のパスワード・証明書・鍵は使われなかった",
        "the signature password, certificate and key were not used"
    );
    no_command(facts, "ACC-03", breaks, &held)
}

fn acc_10(facts: &Facts<'_>) -> Vec<Outcome> {
    let breaks = |_: &Visit<'_>, command: &Command| {
        let n = command.n;
        (command.act == Act::Write).then(|| {
            text!(
                "項目{n}でカードの内容・暗証番号・鍵を変えようとした。受付では何も書き込まない",
                "the command at entry {n} would change the card, a PIN or a key; a check-in writes nothing"
            )
        })
    };
    let held = text!(
        "カードに何も書き込まれなかった",
        "nothing was written to the card"
    );
    no_command(facts, "ACC-10", breaks, &held)
}

fn acc_04(facts: &Facts<'_>) -> Vec<Outcome> {
    let judge = |exchange: &super::facts::Exchange<'_>, certificate: &[u8]| {
        let n = exchange.n;
        let sent = certificate.len();
        if der_length(certificate) != Some(sent) {
            return Outcome::fail(
                &[n],
                text!(
                    "項目{n}で送られた証明書{sent}バイトは、DERの長さと一致しない。全体をそのまま送る",
                    "the {sent} bytes of certificate sent at entry {n} are not what their DER length says; send it whole and as it is"
                ),
            );
        }
        let visit = facts.visit(exchange.visit);
        let read = visit.and_then(|visit| {
            whole_certificate(visit.commands.iter().filter(|command| command.n < n))
        });
        let (bytes, mut entries) = match read {
            Some(read) => read,
            None => match exchange
                .person
                .and_then(|person| facts.certificate_of(person))
            {
                Some(bytes) => (bytes, Vec::new()),
                None => {
                    return Outcome::open(
                        &[n],
                        text!(
                            "利用者証明用電子証明書(000A)の読取全体が記録されていないので、送られた証明書と比べられない",
                            "no whole read of the user certificate (000A) is recorded to compare the one sent with"
                        ),
                    );
                }
            },
        };
        entries.push(n);
        if bytes == certificate {
            let message = text!(
                "送られた証明書は、カードの000AのDER {sent}バイトと一致する",
                "the certificate sent is the {sent} bytes of DER in 000A of the card"
            );
            Outcome::pass(&entries, message)
        } else {
            let held = bytes.len();
            Outcome::fail(
                &entries,
                text!(
                    "項目{n}で送られた証明書({sent}バイト)が、置かれたカードの000A({held}バイト)と異なる。読んだものをそのまま送る",
                    "the certificate sent at entry {n} ({sent} bytes) is not the one in 000A of the card presented ({held} bytes); send what was read, unchanged"
                ),
            )
        }
    };
    if facts.inquiries_unseen() {
        return facts.each_card(Id::literal("ACC-04"), read_but_not_sent);
    }
    facts
        .exchanges
        .iter()
        .filter(|exchange| exchange.from == Role::Reader)
        .filter_map(|exchange| match exchange.inquiry {
            Inquiry::Authenticate { certificate, .. } => Some(judge(exchange, &certificate.0)),
            _ => None,
        })
        .collect()
}

/// Says how far the certificate was read, where it is not seen whether it was sent on.
fn read_but_not_sent(visit: &Visit<'_>) -> Outcome {
    let reads = visit
        .commands
        .iter()
        .filter(|command| command.is(Act::Read, App::Jpki, USER_CERTIFICATE) && command.done());
    let read = reads
        .map(|command| command.offset + command.answered_bytes)
        .max();
    let Some(read) = read else {
        return Outcome::open(
            &[],
            text!(
                "000Aの読取りも照会も記録されていないので、送られた証明書と比べられない",
                "neither reads of 000A nor inquiries are recorded, so the certificate sent cannot be compared"
            ),
        );
    };
    Outcome::open(
        &[],
        text!(
            "000Aは{read}バイトまで読まれたが、照会が記録されていないので、送られた証明書と比べられない",
            "{read} bytes of 000A were read, but no inquiries are recorded, so the certificate sent cannot be compared"
        ),
    )
}
