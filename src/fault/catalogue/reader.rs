//! The catalogue of faulty readers.

use super::faults;
use crate::fault::ReaderFlaw;

faults! {
    READER

    "pin-sent-twice", Reader(ReaderFlaw::PinSentTwice), "IDV-02",
        "一回の入力で照合を二回行う", "sends VERIFY twice for one entry";
    "pin-sent-again-when-wrong", Reader(ReaderFlaw::PinSentAgainWhenWrong), "IDV-02",
        "誤りのとき同じ暗証番号を自動で再送する", "sends a wrong PIN once more by itself";
    "pin-not-sent", Reader(ReaderFlaw::PinNotSent), "IDV-02",
        "暗証番号を照合せず正しいものとする", "takes any PIN for right without VERIFY";
    "pin-remembered", Reader(ReaderFlaw::PinRemembered), "IDV-04",
        "前回の暗証番号を次の受付で使う", "uses the PIN of the visit before";
    "locked-pin-verified", Reader(ReaderFlaw::LockedPinVerified), "IDV-03",
        "ロック後も照合を送る", "sends VERIFY to a PIN that is locked";
    "tries-not-shown", Reader(ReaderFlaw::TriesNotShown), "IDV-05",
        "残り回数を表示しない", "does not show the tries left";
    "keys-not-shuffled", Reader(ReaderFlaw::KeysNotShuffled), "IDV-06",
        "数字キーの並びが変わらない", "never changes the layout of the keys";
    "locked-pin-ends-visit", Reader(ReaderFlaw::LockedPinEndsVisit), "IDV-07",
        "暗証番号のロックで受付を打ち切る", "ends the visit when the PIN is locked";
    "pin-verified-in-face-mode", Reader(ReaderFlaw::PinVerifiedInFaceMode), "IDV-08",
        "顔認証中に暗証番号を照合する", "sends VERIFY of the PIN in face mode";
    "face-without-photo", Reader(ReaderFlaw::FaceWithoutPhoto), "IDV-10",
        "写真のないカードで顔認証を案内する", "offers face to a card without a photo";
    "pin-offered-without-pin", Reader(ReaderFlaw::PinOfferedWithoutPin), "IDV-11",
        "暗証番号のないカードで暗証番号を案内する", "offers the PIN to a card without one";
    "wrong-face-accepted", Reader(ReaderFlaw::WrongFaceAccepted), "IDV-01",
        "顔が一致しなくても本人とする", "takes a face that does not match";
    "inquiry-before-identity", Reader(ReaderFlaw::InquiryBeforeIdentity), "IDV-01",
        "本人確認の前に資格を照会する", "asks for eligibility before identity is proven";
    "pin-not-offered", Reader(ReaderFlaw::PinNotOffered), "IDV-16",
        "顔認証しか案内しない", "offers face only";
    "consent-before-identity", Reader(ReaderFlaw::ConsentBeforeIdentity), "IDV-17",
        "本人確認の前に同意を尋ねる", "asks for consent before identity";
    "my-number-read", Reader(ReaderFlaw::MyNumberRead), "ACC-02",
        "個人番号のファイルを読む", "reads the file with the My Number";
    "signature-password-sent", Reader(ReaderFlaw::SignaturePasswordSent), "ACC-03",
        "署名用パスワードを照合する", "sends VERIFY to the signature password";
    "certificate-half-read", Reader(ReaderFlaw::CertificateHalfRead), "ACC-04",
        "証明書を途中までしか送らない", "sends half of the certificate";
    "same-challenge", Reader(ReaderFlaw::SameChallenge), "ACC-05",
        "毎回同じチャレンジに署名させる", "has the card sign the same challenge each time";
    "goes-on-without-card", Reader(ReaderFlaw::GoesOnWithoutCard), "ACC-06",
        "カードが抜かれても照会する", "asks the backend although the card is gone";
    "security-status-left-open", Reader(ReaderFlaw::SecurityStatusLeftOpen), "ACC-07",
        "終了時に電源を切らない", "leaves the security status open at the end";
    "gives-up-in-silence", Reader(ReaderFlaw::GivesUpInSilence), "ACC-08",
        "読めないカードに案内を出さない", "gives no guidance when a card cannot be read";
    "pin-changed", Reader(ReaderFlaw::PinChanged), "ACC-10",
        "カードの暗証番号を書き換える", "changes the PIN on the card";
    "card-released-early", Reader(ReaderFlaw::CardReleasedEarly), "ACC-11",
        "完了前にカードを取らせる", "says that the card may be taken before it is done";
    "expiry-not-shown", Reader(ReaderFlaw::ExpiryNotShown), "CERT-03",
        "期限切れを知らせずに進む", "goes on in the grace period without saying so";
    "grace-refused-by-reader", Reader(ReaderFlaw::GraceRefused), "CERT-03",
        "猶予期間の証明書を断る", "turns a certificate in its grace period away";
    "ending-not-shown", Reader(ReaderFlaw::EndingNotShown), "CERT-02",
        "期限が近いことを知らせない", "gives no notice of a certificate about to end";
    "lapse-ignored", Reader(ReaderFlaw::LapseIgnored), "CERT-04",
        "猶予切れの証明書でも受付を完了とする", "shows success for a lapsed certificate";
    "registration-not-offered", Reader(ReaderFlaw::RegistrationNotOffered), "REG-01",
        "未登録のカードに登録を案内しない", "does not offer registration";
    "registered-unasked", Reader(ReaderFlaw::RegisteredUnasked), "REG-02",
        "断られても利用登録する", "registers a card whose holder declined";
    "consent-assumed", Reader(ReaderFlaw::ConsentAssumed), "CONS-01",
        "同意しないを同意するとして送る", "sends a refusal as an agreement";
    "limit-still-asked", Reader(ReaderFlaw::LimitStillAsked), "CONS-07",
        "限度額の同意を今も尋ねる", "still asks for consent to the limit";
    "limit-not-asked", Reader(ReaderFlaw::LimitNotAsked), "CONS-06",
        "限度額を同意なく取得する", "fetches the limit without asking";
    "agree-to-some", Reader(ReaderFlaw::AgreeToSome), "CONS-11",
        "すべて同意を一部の同意として送る", "sends \"agree to all\" as some";
    "withheld-shown-as-done", Reader(ReaderFlaw::WithheldShownAsDone), "DISC-01",
        "自己情報提供不可のカードで受付を完了とする", "shows success for a withheld card";
    "outage-as-not-insured", Reader(ReaderFlaw::OutageAsNotInsured), "ELIG-13",
        "障害を資格なしとして窓口へ案内する", "treats an outage as not insured";
    "emergency-refusal-ignored", Reader(ReaderFlaw::EmergencyRefusalIgnored), "EMG-01",
        "救急で拒否されても読み取る", "reads although the patient refuses";
    "five-digits-sent", Reader(ReaderFlaw::FiveDigitsSent), "IDV-09",
        "暗証番号を5桁で照合する", "sends a PIN of five digits";
    "valid-turned-away", Reader(ReaderFlaw::ValidTurnedAway), "CERT-01",
        "有効な証明書を断る", "turns a valid certificate away";
    "lapse-before-grace-ignored", Reader(ReaderFlaw::LapseBeforeGraceIgnored), "CERT-05",
        "猶予の制度の前に期限切れで受付を完了とする", "shows success for an expired certificate before there was any grace";
    "revoked-shown-as-done", Reader(ReaderFlaw::RevokedShownAsDone), "CERT-06",
        "失効した証明書で受付を完了とする", "shows success for a revoked certificate";
    "checkup-assumed", Reader(ReaderFlaw::CheckupAssumed), "CONS-05",
        "健診情報の拒否を同意として送る", "sends a refusal of check-up data as an agreement";
    "number-typed-for-card", Reader(ReaderFlaw::NumberTypedForCard), "ELIG-16",
        "証明書の代わりに番号で照会する", "asks by a typed number in place of the certificate";
    "face-in-online-care", Reader(ReaderFlaw::FaceInOnlineCare), "VAR-02",
        "オンライン診療で顔認証を案内する", "offers face in online care";
    "signature-certificate-read", Reader(ReaderFlaw::SignatureCertificateRead), "ACC-03",
        "署名用証明書を読もうとする", "tries to read the signature certificate";
    "photo-read-in-pin-mode", Reader(ReaderFlaw::PhotoReadInPinMode), "IDV-20",
        "暗証番号を選んだのに顔写真を読む", "reads the photo although the patient chose the PIN";
    "code-b-sent-to-input-support", Reader(ReaderFlaw::CodeBSentElsewhere), "IDV-12",
        "照合番号Bを券面入力補助APに送る", "sends 照合番号B to 券面入力補助AP";
    "error-retried-for-ever", Reader(ReaderFlaw::ErrorRetriedForEver), "ACC-08",
        "同じ誤りに同じコマンドを十回以上繰り返す", "repeats a command that met an error, a dozen times";
    "grace-taken-for-valid", Reader(ReaderFlaw::GraceTakenForValid), "CERT-03",
        "猶予期間の証明書を有効なものとして扱う", "treats a certificate in its grace period as valid";
    "staff-word-ignored", Reader(ReaderFlaw::StaffWordIgnored), "IDV-19",
        "職員が別人としても本人とする", "goes on although staff saw another person";
    "my-number-sent", Reader(ReaderFlaw::MyNumberSent), "ELIG-08",
        "個人番号で照会する", "asks by the My Number that it read";
    "signature-certificate-demanded", Reader(ReaderFlaw::SignatureCertificateDemanded), "CHD-02",
        "署名用証明書のないカードを断る", "turns away a card without a signature certificate";
    "failed-face-ends-visit", Reader(ReaderFlaw::FailedFaceEndsVisit), "IDV-13",
        "顔が一致しないと、案内なく受付を終える", "ends the visit without a word after a failed face check";
    "notice-too-early", Reader(ReaderFlaw::NoticeTooEarly), "CERT-12",
        "期限のずっと前から予告する", "gives notice of the certificate's end long before its time";
    "last-answers-not-shown", Reader(ReaderFlaw::LastAnswersNotShown), "CONS-09",
        "前回の答えを示さない", "does not preset the last answers";
    "surgery-not-asked", Reader(ReaderFlaw::SurgeryNotAsked), "CONS-10",
        "手術情報の同意を尋ねない", "never asks for consent to surgery information";
    "pin-logged", Reader(ReaderFlaw::PinLogged), "ACC-17",
        "暗証番号を自分の記録に書く", "writes the PIN into its own log";
    "photo-kept", Reader(ReaderFlaw::PhotoKept), "ACC-09",
        "カードから読んだ写真を残す", "keeps the photo that it read from the card";
}
