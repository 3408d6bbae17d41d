//! Why an observation left something open: the transcript says it in English, people are told in
//! their language.

use crate::eligibility::Text;

/// What an operator was asked to do, and has not confirmed.
pub const UNCONFIRMED: &str = "nobody has confirmed it";
/// The visit took too long.
pub const TIME_UP: &str = "the visit did not come to an end within the time limit";
/// The program that uses the card crashed; how stands behind.
pub const CRASHED: &str = "the program crashed: ";
/// The reader ran in circles; how many commands and resets are too many stands behind.
pub const FLOOD: &str = "the reader sent commands and resets without end, more than ";
/// The operator was gone.
pub const DESERTED: &str = "there was no operator any more";
/// The reader could not be set to another site.
pub const NOT_MOVED: &str = "the reader could not be set to the other site";
/// The user broke it off.
pub const INTERRUPTED: &str = "the user broke it off";

/// Says that more commands and resets than so many came.
pub fn flood(most: usize) -> String {
    format!("{FLOOD}{most}")
}

/// How each begins, in Japanese.
const IN_JAPANESE: [(&str, &str); 7] = [
    (UNCONFIRMED, "行ったと確認した人がいない"),
    (TIME_UP, "受診が制限時間内に終わらなかった"),
    (CRASHED, "プログラムが異常終了した: "),
    (FLOOD, "読取機がコマンドとリセットを際限なく送った。上限: "),
    (DESERTED, "操作者がいなくなった"),
    (NOT_MOVED, "読取機を別の施設に設定できなかった"),
    (INTERRUPTED, "利用者が中断した"),
];

/// Says a note's reason in both languages. One that is not of this list stands in both as it is.
pub fn spoken(reason: &str) -> Text {
    let known = IN_JAPANESE
        .iter()
        .find_map(|(en, ja)| Some(format!("{ja}{}", reason.strip_prefix(en)?)));
    Text::new(known.unwrap_or_else(|| reason.to_owned()), reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_reason_is_said_in_japanese_with_what_stands_behind_it() {
        for (reason, ja) in [
            (UNCONFIRMED, "行ったと確認した人がいない"),
            (
                "the program crashed: signal: 11 (SIGSEGV)",
                "プログラムが異常終了した: signal: 11 (SIGSEGV)",
            ),
            ("vpcd has ended", "vpcd has ended"),
        ] {
            assert_eq!(spoken(reason), Text::new(ja, reason));
        }
    }
}
