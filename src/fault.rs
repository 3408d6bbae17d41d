//! Faulty readers, backends and cards (mutants): one catalogue, each an interposer on a seam.
//!
//! Each breaks one requirement and names it. There is no fault inside `check_in`, the embedded
//! backend or the virtual card: what is here changes what goes into them or comes out.

mod backend;
mod card;
mod reader;

use virtual_card::card::Card;
use virtual_card::profile::Profile;

use crate::backend::Backend;
use crate::card_link::{CardLink, InProcess};
use crate::eligibility::Text;
use crate::reader::Reader;
use crate::requirement::{Id, Subject};

pub use backend::BackendFlaw;
pub use card::CardFlaw;
pub use reader::ReaderFlaw;

/// A way in which an implementation can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// Of a reader.
    Reader(ReaderFlaw),
    /// Of a backend.
    Backend(BackendFlaw),
    /// Of a card.
    Card(CardFlaw),
}

/// One entry of the catalogue of faults.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// Name, such as `pin-sent-twice`.
    pub name: &'static str,
    /// What is wrong.
    pub flaw: Flaw,
    /// The requirement that it breaks, and that must catch it.
    pub breaks: Id,
    /// What it does, in Japanese.
    pub ja: &'static str,
    /// What it does, in English.
    pub en: &'static str,
}

impl Fault {
    /// Returns who is faulty.
    pub fn subject(&self) -> Subject {
        match self.flaw {
            Flaw::Reader(_) => Subject::Reader,
            Flaw::Backend(_) => Subject::Backend,
            Flaw::Card(_) => Subject::Card,
        }
    }

    /// Returns what it does.
    pub fn title(&self) -> Text {
        Text::new(self.ja, self.en)
    }

    /// Returns the fault of that name.
    pub fn named(name: &str) -> Option<&'static Fault> {
        FAULTS.iter().find(|fault| fault.name == name)
    }
}

/// Puts a fault between a sound reader and backend and the rest.
pub fn interpose(
    fault: &Fault,
    reader: Box<dyn Reader>,
    backend: Box<dyn Backend>,
) -> (Box<dyn Reader>, Box<dyn Backend>) {
    let reader = match fault.flaw {
        Flaw::Reader(flaw) => Box::new(reader::Faulty::new(flaw, reader)),
        Flaw::Backend(_) | Flaw::Card(_) => reader,
    };
    (reader, interpose_backend(fault, backend))
}

/// Puts a fault of a backend between a sound one and whoever asks; none of another subject's.
pub fn interpose_backend(fault: &Fault, backend: Box<dyn Backend>) -> Box<dyn Backend> {
    match fault.flaw {
        Flaw::Backend(flaw) => Box::new(backend::Faulty::new(flaw, backend)),
        Flaw::Reader(_) | Flaw::Card(_) => backend,
    }
}

/// Returns the card as it was issued: with wrong dates where the fault is one of issuing.
pub fn issued(fault: Option<&Fault>, profile: &Profile) -> Profile {
    match fault.map(|fault| fault.flaw) {
        Some(Flaw::Card(flaw)) => card::issued(flaw, profile),
        _ => profile.clone(),
    }
}

/// Makes a card and the way to it, with the fault between where it is one of the card.
pub fn card_link(fault: Option<&Fault>, profile: &Profile, seed: u64) -> Box<dyn CardLink> {
    match fault.map(|fault| fault.flaw) {
        Some(Flaw::Card(flaw)) => Box::new(card::Faulty::new(flaw, profile, seed)),
        _ => Box::new(InProcess::new(Card::new(profile, seed))),
    }
}

macro_rules! faults {
    ($($name:literal, $seam:ident($kind:ident::$flaw:ident), $breaks:literal, $ja:literal, $en:literal;)*) => {
        /// Every fault.
        pub static FAULTS: &[Fault] = &[$(Fault {
            name: $name, flaw: Flaw::$seam($kind::$flaw), breaks: Id::literal($breaks), ja: $ja, en: $en,
        },)*];
    };
}

faults! {
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
        "失効後も受付を完了とする", "shows success for a lapsed certificate";
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

    "grace-to-the-day", Backend(BackendFlaw::GraceToTheDay), "CERT-03",
        "猶予を応当日までとする", "counts grace as three months to the day";
    "grace-forgotten", Backend(BackendFlaw::GraceForgotten), "CERT-03",
        "猶予期間を認めない", "refuses an expired certificate at once";
    "medical-in-grace", Backend(BackendFlaw::MedicalInGrace), "CERT-03",
        "猶予期間中に診療情報を返す", "gives medical information in the grace period";
    "lapsed-accepted", Backend(BackendFlaw::LapsedAccepted), "CERT-04",
        "猶予の後も受け付ける", "accepts a certificate after its grace";
    "grace-before-its-time", Backend(BackendFlaw::GraceBeforeItsTime), "CERT-05",
        "制度の前に猶予を認める", "grants grace before there was any";
    "notice-a-month-early", Backend(BackendFlaw::EndingTreatedAsLapsed), "CERT-02",
        "期限前3か月で断る", "refuses a certificate about to end";
    "valid-treated-as-expired", Backend(BackendFlaw::ValidTreatedAsExpired), "CERT-01",
        "有効な証明書を期限切れとする", "treats a valid certificate as expired";
    "phone-grace", Backend(BackendFlaw::PhoneGrace), "CERT-09",
        "スマートフォンに猶予を認める", "grants a phone a grace period";
    "phone-card-ignored", Backend(BackendFlaw::PhoneCardIgnored), "CERT-09",
        "スマートフォンの実物のカードの期限を見ない", "ignores that a phone's physical card has expired";
    "phone-card-certificate-ignored", Backend(BackendFlaw::PhoneCardCertificateIgnored), "CERT-09",
        "スマートフォンの実物のカードの証明書の期限を見ない", "ignores that the certificate of a phone's physical card has expired";
    "revoked-accepted", Backend(BackendFlaw::RevokedAccepted), "CERT-06",
        "失効した証明書を受け付ける", "accepts a revoked certificate";
    "issuer-unchecked", Backend(BackendFlaw::IssuerUnchecked), "CERT-07",
        "発行者を確かめない", "does not check who issued the certificate";
    "unregistered-accepted", Backend(BackendFlaw::UnregisteredAccepted), "REG-06",
        "未登録でも資格を返す", "gives eligibility to an unregistered card";
    "registration-forgotten", Backend(BackendFlaw::RegistrationForgotten), "REG-03",
        "利用登録を忘れる", "forgets a registration";
    "atm-not-counted", Backend(BackendFlaw::AtmNotCounted), "REG-03",
        "ATMでの登録を数えない", "does not count a registration made at an ATM";
    "registration-outlives-lapse", Backend(BackendFlaw::RegistrationOutlivesLapse), "REG-04",
        "更新が遅れても登録が続く", "keeps a registration whose certificate was renewed too late";
    "registration-lost-by-renewal", Backend(BackendFlaw::RegistrationLostByRenewal), "REG-04",
        "間に合った更新で登録を失う", "loses a registration by a renewal in time";
    "registered-although-withheld", Backend(BackendFlaw::RegisteredAlthoughWithheld), "REG-05",
        "自己情報提供不可でも登録する", "registers a withheld person";
    "registered-although-not-recorded", Backend(BackendFlaw::RegisteredAlthoughNotRecorded), "REG-07",
        "保険者の登録前に利用登録する", "registers before the insurer has";
    "consent-ignored", Backend(BackendFlaw::ConsentIgnored), "CONS-01",
        "断られた情報も返す", "returns what was refused";
    "consent-times-missing", Backend(BackendFlaw::ConsentTimesWrong), "CONS-02",
        "同意の有効期限を48時間とする", "makes a consent last 48 hours";
    "consent-never-expires", Backend(BackendFlaw::ConsentNeverExpires), "CONS-03",
        "期限切れの同意で返す", "returns on an expired consent";
    "standing-consent-expires", Backend(BackendFlaw::StandingConsentExpires), "CONS-12",
        "訪問診療の同意も24時間で切れる", "lets a consent for home visits run out after a day";
    "withdrawal-ignored", Backend(BackendFlaw::WithdrawalIgnored), "CONS-03",
        "取り消された同意で返す", "returns on a consent that was withdrawn";
    "consent-everywhere", Backend(BackendFlaw::ConsentEverywhere), "CONS-04",
        "別の医療機関の同意で返す", "returns on a consent given elsewhere";
    "checkup-although-refused", Backend(BackendFlaw::CheckupAlthoughRefused), "CONS-05",
        "断られた健診情報を返す", "returns check-up data that were refused";
    "limit-unasked", Backend(BackendFlaw::LimitUnasked), "CONS-06",
        "同意なく限度額を返す", "gives the limit without consent";
    "limit-withheld", Backend(BackendFlaw::LimitWithheld), "CONS-07",
        "同意不要の限度額を返さない", "withholds the limit that needs no consent";
    "limit-by-number-unasked", Backend(BackendFlaw::LimitByNumberUnasked), "CONS-08",
        "番号照会で同意なく限度額を返す", "gives the limit by number without spoken consent";
    "number-creates-consent", Backend(BackendFlaw::NumberCreatesConsent), "CONS-08",
        "番号照会で同意があったことにする", "takes a number inquiry for a consent";
    "answers-not-carried-over", Backend(BackendFlaw::AnswersNotCarriedOver), "CONS-09",
        "前回の同意を引き継がない", "does not carry the last answers over";
    "agreed-withheld", Backend(BackendFlaw::AgreedWithheld), "CONS-12",
        "同意された情報を返さない", "withholds what was agreed";
    "beyond-look-back", Backend(BackendFlaw::BeyondLookBack), "CONS-13",
        "対象期間より前の情報を返す", "returns records from before the look-back";
    "stale-insurer", Backend(BackendFlaw::StaleInsurer), "ELIG-01",
        "以前の保険者の資格を返す", "returns the insurer of before";
    "newer-exists-by-card", Backend(BackendFlaw::NewerExistsByCard), "ELIG-02",
        "カード照会に新資格ありと答える", "answers a card inquiry with \"newer exists\"";
    "lapsed-without-reference", Backend(BackendFlaw::LapsedWithoutReference), "ELIG-03",
        "喪失した資格を参考に示さない", "does not show the last qualification for reference";
    "newer-insurer-told", Backend(BackendFlaw::NewerInsurerTold), "ELIG-04",
        "番号照会に新しい資格の内容を返す", "tells a number inquiry about the newer insurer";
    "nobody-found-is-failure", Backend(BackendFlaw::NobodyFoundIsFailure), "ELIG-05",
        "該当なしを異常とする", "treats nobody found as a failure";
    "padding-counts", Backend(BackendFlaw::PaddingCounts), "ELIG-06",
        "保険者番号の桁揃えで一致しない", "does not match whatever the padding";
    "first-of-several", Backend(BackendFlaw::FirstOfSeveral), "ELIG-06",
        "複数該当のとき先頭の人を返す", "answers with the first of several people";
    "answer-drifts", Backend(BackendFlaw::AnswerDrifts), "ELIG-07",
        "同じ照会に異なる答えを返す", "answers the same inquiry differently";
    "my-number-told", Backend(BackendFlaw::MyNumberTold), "ELIG-08",
        "回答に個人番号を含める", "puts the My Number into an answer";
    "preschool-unmarked", Backend(BackendFlaw::PreschoolUnmarked), "ELIG-09",
        "未就学の印を付けない", "does not mark a child before school";
    "elderly-share-missing", Backend(BackendFlaw::ElderlyShareMissing), "ELIG-09",
        "高齢受給者証を返さない", "leaves the 高齢受給者証 out";
    "elderly-period-wrong", Backend(BackendFlaw::ElderlyPeriodWrong), "ELIG-09",
        "高齢受給者証の期間を1年延ばす", "makes the 高齢受給者証 last a year longer";
    "late-elderly-share-wrong", Backend(BackendFlaw::LateElderlyShareWrong), "ELIG-09",
        "後期高齢者の割合を3割とする", "gives 30 percent for anyone over 75";
    "tickets-of-every-month", Backend(BackendFlaw::TicketsOfEveryMonth), "ELIG-10",
        "別の月の医療券も返す", "gives the tickets of other months too";
    "designation-wrong", Backend(BackendFlaw::DesignationWrong), "ELIG-10",
        "指定医療機関の一致・不一致を逆にする", "swaps who is the designated institution";
    "tickets-withheld", Backend(BackendFlaw::TicketsWithheld), "ELIG-10",
        "その月の医療券を返さない", "does not return the tickets of the month";
    "unrecorded-ticket-invalid", Backend(BackendFlaw::UnrecordedIsInvalid), "ELIG-10",
        "券の登録前を無効とする", "calls a person without the month's ticket invalid";
    "specific-disease-unasked", Backend(BackendFlaw::SpecificDiseaseUnasked), "CONS-14",
        "同意なく特定疾病を返す", "gives the specific disease without consent";
    "number-called-invalid", Backend(BackendFlaw::NumberCalledInvalid), "VAR-05",
        "有効な番号を無効とする", "calls the number of a qualification in force invalid";
    "withheld-ignored", Backend(BackendFlaw::WithheldIgnored), "DISC-01",
        "自己情報提供不可を無視する", "ignores 自己情報提供不可";
    "address-shown", Backend(BackendFlaw::AddressShown), "DISC-03",
        "不開示の住所を番号照会に返す", "shows an undisclosed address by number";
    "address-hidden-by-card", Backend(BackendFlaw::AddressHiddenByCard), "DISC-04",
        "不開示でカード照会の住所も隠す", "hides the address from a card inquiry too";
    "portal-shows-withheld", Backend(BackendFlaw::PortalShowsWithheld), "DISC-05",
        "自己情報提供不可でもマイナポータルに表示する", "the portal shows what is withheld";
    "portal-shows-history", Backend(BackendFlaw::PortalShowsHistory), "DISC-06",
        "不開示でもやりとり履歴を表示する", "the portal shows the exchange history";
    "first-lift-opens", Backend(BackendFlaw::FirstLiftOpens), "DISC-07",
        "一つの保険者の解除で開示する", "opens when one of two insurers has lifted the flag";
    "flags-not-independent", Backend(BackendFlaw::FlagsNotIndependent), "DISC-09",
        "不開示だけで使用不可にする", "takes the one flag for the other";
    "emergency-without-consent", Backend(BackendFlaw::EmergencyWithoutConsent), "EMG-03",
        "救急で同意困難の記録なしに返す", "reads in an emergency without a record of why";
    "ambulance-sees-all", Backend(BackendFlaw::AmbulanceSeesAll), "EMG-04",
        "救急隊に通常の情報も返す", "shows an ambulance more than the summary";
    "summary-beyond-its-periods", Backend(BackendFlaw::SummaryBeyondItsPeriods), "EMG-04",
        "救急用サマリーに期間より前の記録も載せる", "puts records from before the periods into the summary";
    "normal-view-beyond-its-period", Backend(BackendFlaw::NormalViewBeyondItsPeriod), "EMG-04",
        "救急時に5年より前の記録も返す", "shows records of more than five years ago in an emergency";
    "disaster-everywhere", Backend(BackendFlaw::DisasterEverywhere), "DIS-01",
        "発動された地域の外でも災害時閲覧を認める", "allows disaster viewing outside the activated area";
    "disaster-at-any-time", Backend(BackendFlaw::DisasterAtAnyTime), "DIS-01",
        "発動の期間の外でも災害時閲覧を認める", "allows disaster viewing outside the period";
    "disaster-without-a-record", Backend(BackendFlaw::DisasterWithoutRecord), "DIS-01",
        "同意も理由も記録されていない災害時閲覧を認める", "allows disaster viewing without a recorded consent or reason";
    "disaster-for-any-account", Backend(BackendFlaw::DisasterForAnyAccount), "DIS-01",
        "管理のアカウントでなくても災害時閲覧を認める", "allows disaster viewing without an administration account";
    "disaster-record-forgotten", Backend(BackendFlaw::DisasterRecordForgotten), "DIS-01",
        "災害時に記録された同意があっても診療情報を断る", "refuses medical information although a consent is recorded in the disaster";
    "outage-search-for-all", Backend(BackendFlaw::OutageSearchForAll), "OUT-01",
        "障害時モードが発動されていない施設にも氏名で答える", "answers a search by name where failure mode is not switched on";
    "outage-search-opens-medical", Backend(BackendFlaw::OutageSearchOpensMedical), "OUT-01",
        "障害時の照会の後に診療情報も返す", "returns medical information after a search in an outage";
    "address-shown-by-name", Backend(BackendFlaw::AddressShownByName), "DISC-03",
        "不開示の人の住所を氏名での照会に返す", "tells a search by name the address in spite of 不開示";

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requirement::catalogue;

    #[test]
    fn every_fault_breaks_a_requirement_of_its_subject_and_has_a_name_of_its_own() {
        for (index, fault) in FAULTS.iter().enumerate() {
            let requirement = catalogue().by_id(fault.breaks).unwrap();
            assert!(requirement.concerns(fault.subject()), "{}", fault.name);
            assert!(
                FAULTS[..index].iter().all(|other| other.name != fault.name),
                "{}",
                fault.name
            );
        }
    }
}
