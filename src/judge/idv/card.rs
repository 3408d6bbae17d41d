//! IDV: what the card allows and what of its face is used (rows 07, 10–12, 18).

use crate::eligibility::SiteKind;
use crate::judge::facts::visit::Evidence;
use crate::judge::facts::{Facts, Method, Visit, no_screens, not_ended};
use crate::judge::idv::{ID_10, acts_unknown, asked, has_photo, has_pin, valid_identity};
use crate::judge::outcome::{Outcome, text};
use crate::judge::rule::{Rule, rule};
use crate::judge::session::{Act, App, CODE_B, Command, USER_PIN};
use crate::requirement::{Id, Subject::Reader};
use crate::screen::{Screen, ScreenId};

pub(in crate::judge) const RULES: &[Rule] = &[
    rule("IDV-07", Reader, idv_07),
    rule("IDV-10", Reader, idv_10),
    rule("IDV-11", Reader, idv_11),
    rule("IDV-12", Reader, idv_12),
    rule("IDV-18", Reader, idv_18),
];

fn idv_07(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-07"), |visit| {
        let online = facts
            .world(visit.first)
            .is_some_and(|world| world.site.kind == SiteKind::OnlineCare);
        let locked = visit.locked();
        let (Some(locked), true, false) = (locked, has_photo(facts, visit) && has_pin(facts, visit), online)
        else {
            return Outcome::absent(text!(
                "写真のあるカードの暗証番号が閉塞した場面がない",
                "no PIN of a card with a photo was found locked"
            ));
        };
        if visit.screens.is_empty() {
            return Outcome::open(&[locked], no_screens());
        }
        let way_on = visit.screens.iter().find(|(n, screen)| {
            *n > locked
                && match screen {
                    Screen::Face { .. } | Screen::VisualCheck => true,
                    other => Visit::offered(other).is_some_and(|methods| {
                        methods.contains(&Method::Face) || methods.contains(&Method::Visual)
                    }),
                }
        });
        let went_on = visit.identity().filter(|identity| identity.method != Method::Pin);
        if let Some((n, _)) = way_on {
            return Outcome::pass(
                &[locked, *n],
                text!(
                    "閉塞の後も、顔認証か目視確認で続けられた",
                    "after the lock, face or visual check stayed open"
                ),
            );
        }
        if let Some(identity) = went_on {
            return Outcome::pass(
                &[locked, identity.n],
                text!(
                    "暗証番号が閉塞していても、別の方法で本人確認ができた",
                    "identity was proven another way although the PIN is locked"
                ),
            );
        }
        let disturbed = visit.fault_since(locked) || visit.card_gone().is_some_and(|gone| {
            visit.shown_any(&[ScreenId::Counter, ScreenId::TakeCard], locked).is_none_or(|(n, _)| gone < n)
        });
        if disturbed || !visit.ended() {
            return Outcome::open(
                &[locked],
                text!(
                    "閉塞の後どう案内されたか、最後まで記録されていない",
                    "what followed the lock is not recorded to its end"
                ),
            );
        }
        Outcome::fail(
            &[locked],
            text!(
                "暗証番号の閉塞(項目{locked})で受付が終わった。顔認証か目視確認で続けられるようにする",
                "the locked PIN (entry {locked}) ended the visit; face or the staff's visual check must stay open"
            ),
        )
    })
}

fn idv_10(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(ID_10, |visit| {
        if has_photo(facts, visit) {
            return Outcome::absent(text!(
                "写真のないカードではない",
                "the card has a photo"
            ));
        }
        let asked = asked(facts, visit).map(|exchange| exchange.n);
        let pin = valid_identity(facts, visit);
        if let Some(n) = asked.filter(|n| pin.is_none_or(|pin| pin.n > *n)) {
            if acts_unknown(facts, visit) {
                return Outcome::open(&[n], no_screens());
            }
            return Outcome::fail(
                &[n],
                text!(
                    "写真のないカードで、暗証番号によらず項目{n}で照会した。暗証番号だけを受け付ける",
                    "with a card without a photo, entry {n} asked without the PIN; only the PIN is accepted"
                ),
            );
        }
        let offered = visit.screens.iter().find(|(_, screen)| {
            matches!(screen, Screen::Face { .. } | Screen::VisualCheck)
                || Visit::offered(screen).is_some_and(|methods| methods.contains(&Method::Face))
        });
        let breach = offered.map(|(n, _)| {
            (
                vec![*n],
                text!(
                    "写真のないカードに、項目{n}で顔認証か目視確認を示した。暗証番号だけを受け付ける",
                    "the screen at entry {n} offers face or visual check for a card without a photo; only the PIN is accepted"
                ),
            )
        });
        let held = text!(
            "写真のないカードに、暗証番号だけを求めた",
            "only the PIN was asked of a card without a photo"
        );
        visit.prohibition(Evidence::Screen, breach, held)
    })
}

fn idv_11(facts: &Facts<'_>) -> Vec<Outcome> {
    let id = Id::literal("IDV-11");
    let visits = facts
        .visits
        .iter()
        .filter(|visit| visit.presented.is_some() && Facts::in_force(id, visit.at.day()));
    // Online care knows the PIN alone, and such a card cannot be used there (VAR-02).
    let online = |visit: &Visit<'_>| {
        let world = facts.world(visit.first);
        world.is_some_and(|world| world.site.kind == SiteKind::OnlineCare)
    };
    let mut outcomes = Vec::new();
    // Without a photo there is nothing to compare with (IDV-10): such a card is none that is issued.
    let without_pin = |visit: &&Visit<'_>| !has_pin(facts, visit) && has_photo(facts, visit);
    for visit in visits.filter(without_pin).filter(|visit| !online(visit)) {
        let sent = visit
            .commands
            .iter()
            .find(|command| command.is(Act::Verify, App::Jpki, USER_PIN));
        if let Some(command) = sent {
            let n = command.n;
            let message = text!(
                "暗証番号のないカードに、項目{n}で暗証番号を送った。顔認証か目視確認だけを使う",
                "entry {n} sent a PIN to a card that has none; use face or the staff's visual check alone"
            );
            outcomes.push(Outcome::fail(&command.entries(), message).part("apdu"));
        }
        let pad = visit.shown_any(&[ScreenId::PinPad, ScreenId::PinWrong], visit.first);
        let way = visit.screens.iter().find(|(_, screen)| {
            matches!(screen, Screen::Face { .. } | Screen::VisualCheck)
                || Visit::offered(screen).is_some_and(|methods| methods.contains(&Method::Face))
        });
        outcomes.push(match (pad, way) {
            _ if visit.screens.is_empty() => Outcome::open(&[], no_screens()),
            (Some((n, _)), _) => Outcome::fail(
                &[n],
                text!(
                    "暗証番号のないカードに、項目{n}で暗証番号の入力を求めた",
                    "the screen at entry {n} asks a card without PINs for one"
                ),
            ),
            (None, Some(_)) if offers_pin(visit) => Outcome::open(
                &[],
                text!(
                    "暗証番号も示されたが、選ばれていない。選ばれたら断るはずのものかは見られない",
                    "the PIN was among the ways offered but not chosen, so it is not seen whether it would be refused with guidance"
                ),
            ),
            (None, Some((n, _))) if visit.ended() => Outcome::pass(
                &[*n],
                text!(
                    "暗証番号を求めず、顔認証か目視確認で受け付けた",
                    "no PIN was asked for; face or visual check was open"
                ),
            ),
            (None, None) if visit.ended() && visit.faults.is_empty() => Outcome::fail(
                &[],
                text!(
                    "暗証番号のないカードに、顔認証も目視確認も示さなかった",
                    "neither face nor visual check was offered to a card without PINs"
                ),
            ),
            _ => Outcome::open(&[], not_ended(visit.number)),
        });
    }
    outcomes
}

fn offers_pin(visit: &Visit<'_>) -> bool {
    visit
        .screens
        .iter()
        .filter_map(|(_, screen)| Visit::offered(screen))
        .any(|methods| methods.contains(&Method::Pin))
}

fn idv_12(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-12"), |visit| {
        let uses_face = |command: &&Command| {
            matches!(command.app, Some(App::CardFace | App::TextInput))
        };
        if !visit.commands.is_empty() && !visit.commands.iter().any(|it| uses_face(&it)) {
            return Outcome::absent(text!(
                "券面の情報が使われていない",
                "the card face was not used"
            ));
        }
        let breach = visit.commands.iter().find_map(|command| {
            let n = command.n;
            let file = command.file?;
            let why = match (command.act, command.app?) {
                (Act::Verify, App::TextInput) if file == 0x0015 => text!(
                    "項目{n}で照合番号Bを券面入力補助APに送った。照合番号Bは券面事項確認APだけに使う",
                    "entry {n} sent 照合番号B to 券面入力補助AP; it is for 券面事項確認AP alone"
                ),
                // 照合番号A is ACC-02.
                (Act::Verify, App::CardFace) if file != CODE_B && file != 0x0013 => text!(
                    "項目{n}で照合番号B以外の値で券面を開こうとした。照合番号B(0012)だけで開く",
                    "entry {n} would open the card face with something other than 照合番号B; open it with 照合番号B (0012) only"
                ),
                (Act::Read, App::CardFace) if !matches!(file, 0x0002..=0x0005) => text!(
                    "項目{n}で券面のファイル{file:04X}を読んだ。保護されたものは0002だけを読む",
                    "entry {n} read file {file:04X} of the card face; of the protected files only 0002 is read"
                ),
                _ => return None,
            };
            Some((command.entries(), why))
        });
        let hidden = |it: &&Command| uses_face(it) && it.unseen && it.act == Act::Verify;
        if let (None, Some(command)) = (&breach, visit.commands.iter().find(hidden)) {
            let n = command.n;
            return Outcome::open(
                &command.entries(),
                text!(
                    "項目{n}はセキュアメッセージングの中にあり、何の照合か見えない",
                    "entry {n} stands under secure messaging, so it is not seen what was verified"
                ),
            );
        }
        let code_a = |it: &&Command| it.is(Act::Verify, App::CardFace, 0x0013);
        let by_code_a = visit.commands.iter().find(code_a);
        if let (None, Some(command)) = (&breach, by_code_a) {
            return Outcome::open(
                &command.entries(),
                text!("ACC-02の違反として示す", "reported as a breach of ACC-02"),
            );
        }
        let held = text!(
            "券面は照合番号Bで開き、必要なファイルだけを読んだ",
            "the card face was opened with 照合番号B and only what is needed was read"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}

fn idv_18(facts: &Facts<'_>) -> Vec<Outcome> {
    facts.each_card(Id::literal("IDV-18"), |visit| {
        let codes: Vec<&Command> = visit
            .commands
            .iter()
            .filter(|command| command.app == Some(App::CardFace) && command.file == Some(CODE_B))
            .filter(|command| matches!(command.act, Act::Verify | Act::PinStatus))
            .collect();
        let wrong: Vec<&&Command> = codes
            .iter()
            .filter(|command| command.act == Act::Verify && command.tries_told().is_some())
            .collect();
        let blocked = codes.iter().find(|command| command.tries_told() == Some(0));
        if wrong.is_empty() && blocked.is_none() {
            return Outcome::absent(text!(
                "照合番号Bの誤りがない",
                "no wrong 照合番号B"
            ));
        }
        let again = codes.iter().filter(|it| it.act == Act::Verify).find_map(|command| {
            let before = wrong.iter().find(|before| {
                before.n < command.n
                    && before.secret.as_ref().map(|it| &it.alias)
                        == command.secret.as_ref().map(|it| &it.alias)
            });
            let dead = blocked.filter(|blocked| blocked.n < command.n);
            let before = before.map(|it| it.n).or(dead.map(|it| it.n))?;
            Some((before, command.n))
        });
        let breach = again.map(|(before, n)| {
            (
                vec![before, n],
                text!(
                    "誤りか閉塞とわかっている照合番号B(項目{before})を、項目{n}でまた送った。読み取り直すか、目視確認に移る",
                    "照合番号B was known to be wrong or blocked (entry {before}), and was sent again at entry {n}; read the printed face anew, or go on to the visual check"
                ),
            )
        });
        let held = text!(
            "誤った照合番号Bは繰り返されなかった",
            "no wrong 照合番号B was sent again"
        );
        visit.prohibition(Evidence::Apdu, breach, held)
    })
}
