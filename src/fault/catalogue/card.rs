//! The catalogue of faulty cards.

use super::faults;
use crate::fault::CardFlaw;

faults! {
    CARD

    "pin-query-spends-a-try", Card(CardFlaw::QuerySpendsATry), "ACC-12",
        "残り回数を問い合わせるたびに1回減る", "spends a try at each PIN status query";
    "pin-query-says-verified", Card(CardFlaw::QuerySaysVerified), "ACC-12",
        "照合後の問合せに9000を返す", "answers a PIN status query 9000 once the PIN is verified";
    "pin-query-says-locked", Card(CardFlaw::QuerySaysLocked), "ACC-12",
        "ロック後の問合せに6984を返す", "answers a PIN status query 6984 once the PIN is locked";
    "wrong-pin-not-counted", Card(CardFlaw::WrongPinNotCounted), "ACC-13",
        "誤った暗証番号を数えない", "does not count a wrong PIN";
    "wrong-pin-counts-twice", Card(CardFlaw::WrongPinCountsTwice), "ACC-13",
        "誤り1回で残り回数が2減る", "spends two tries for one wrong PIN";
    "locked-pin-answers-zero-left", Card(CardFlaw::LockedPinAnswersZeroLeft), "ACC-13",
        "ロック後の照合に63C0を返す", "goes on answering 63C0 once the PIN is locked";
    "locked-pin-answers-6983", Card(CardFlaw::LockedPinAnswersBlocked), "ACC-13",
        "ロック後の照合に6983を返す", "answers 6983 once the PIN is locked";
    "right-pin-restores-nothing", Card(CardFlaw::RightPinRestoresNothing), "ACC-13",
        "正しい暗証番号でも残り回数が戻らない", "does not restore the tries on a right PIN";
    "counter-reset-by-power-off", Card(CardFlaw::CounterResetByPowerOff), "ACC-13",
        "電源を切ると残り回数が戻る", "forgets on power-off how many tries are left";
    "locked-pin-accepts-the-right-one", Card(CardFlaw::LockedPinAcceptsTheRightOne), "ACC-13",
        "ロック後も正しい暗証番号を受け入れる", "takes the right PIN although it is locked";
    "signs-without-pin", Card(CardFlaw::SignsWithoutPin), "ACC-14",
        "暗証番号なしで署名する", "signs without the PIN";
    "signs-after-wrong-pin", Card(CardFlaw::SignsAfterWrongPin), "ACC-14",
        "誤った暗証番号の後に署名する", "signs after a wrong PIN";
    "status-lost-on-reset", Card(CardFlaw::StatusLostOnReset), "ACC-15",
        "ウォームリセットで認証状態を失う", "loses the security status on a warm reset";
    "status-lost-on-same-application", Card(CardFlaw::StatusLostOnSameApplication), "ACC-15",
        "同じアプリケーションの再選択で認証状態を失う", "loses the security status when the same application is selected";
    "status-kept-over-another-application", Card(CardFlaw::StatusKeptOverAnotherApplication), "ACC-15",
        "別のアプリケーションを選択しても認証状態が残る", "keeps the security status when another application is selected";
    "status-kept-over-power-off", Card(CardFlaw::StatusKeptOverPowerOff), "ACC-15",
        "電源を切っても認証状態が残る", "keeps the security status over power-off";
    "empty-past-the-end", Card(CardFlaw::EmptyPastTheEnd), "ACC-16",
        "ファイルの終わりより先の読取りに空の9000を返す", "answers a read past the end with an empty 9000";
    "wrong-parameters-past-the-end", Card(CardFlaw::WrongParametersPastTheEnd), "ACC-16",
        "ファイルの終わりより先の読取りに6A86を返す", "answers a read past the end 6A86";
    "warning-past-the-end", Card(CardFlaw::WarningPastTheEnd), "ACC-16",
        "ファイルの終わりより先の読取りに6282を返す", "answers a read past the end 6282";
    "unknown-application-selected", Card(CardFlaw::UnknownApplicationSelected), "ACC-16",
        "知らないアプリケーションの選択に9000を返す", "answers the selection of an unknown application 9000";
    "unknown-file-selected", Card(CardFlaw::UnknownFileSelected), "ACC-16",
        "知らないファイルの選択に9000を返す", "answers the selection of an unknown file 9000";
    "certificate-a-year-short", Card(CardFlaw::CertificateAYearShort), "CERT-08",
        "証明書が4回目の誕生日で切れる", "has a certificate to the 4th birthday";
    "certificate-ends-at-midnight", Card(CardFlaw::CertificateEndsAtMidnight), "CERT-08",
        "証明書が誕生日の0時に切れる", "has a certificate that ends as the birthday begins";
    "certificate-outlives-card", Card(CardFlaw::CertificateOutlivesCard), "CERT-08",
        "証明書がカードの期限を越える", "has a certificate that outlives the card";
    "renewal-to-the-fifth", Card(CardFlaw::RenewalToTheFifth), "CERT-08",
        "期限間際の更新でも5回目の誕生日までとする", "lasts to the 5th birthday when renewed just before its end";
    "minors-card-for-ten", Card(CardFlaw::MinorsCardForTen), "CERT-08",
        "未成年者のカードを10回目の誕生日までとする", "lasts to the 10th birthday for a minor";
    "young-adults-card-for-ten", Card(CardFlaw::YoungAdultsCardForTen), "CERT-08",
        "2022年3月までの18・19歳を成人とする", "takes a person of 18 for an adult before April 2022";
    "stay-ignored", Card(CardFlaw::StayIgnored), "CERT-08",
        "在留期間の満了日を越える", "outlasts the period of stay";
}
