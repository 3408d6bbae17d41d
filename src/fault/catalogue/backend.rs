//! The catalogue of faulty backends.

use super::faults;
use crate::fault::BackendFlaw;

faults! {
    BACKEND

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

    "last-day-refused", Backend(BackendFlaw::LastDayRefused), "CERT-02",
        "有効期間の最終日に断る", "refuses the certificate on its last valid day";
    "last-day-of-grace-refused", Backend(BackendFlaw::LastDayOfGraceRefused), "CERT-03",
        "猶予の最終日に断る", "refuses the certificate on the last day of its grace";
    "grace-a-day-longer", Backend(BackendFlaw::GraceADayLonger), "CERT-04",
        "猶予の翌日も受け付ける", "accepts a certificate on the day after its grace";
    "ended-by-the-signature-certificate", Backend(BackendFlaw::EndedBySignatureCertificate), "CERT-10",
        "署名用証明書がないと利用者証明用も断る", "takes the end of the signature certificate for that of the user certificate";
    "card-expiry-ends-grace", Backend(BackendFlaw::CardExpiryEndsGrace), "CERT-11",
        "カードの期限切れで猶予を終える", "ends the grace period because the card has expired too";
    "signature-unchecked", Backend(BackendFlaw::SignatureUnchecked), "CERT-07",
        "署名を確かめない", "does not check what the card signed";
    "registration-not-in-effect", Backend(BackendFlaw::RegistrationNotInEffect), "REG-02",
        "その場の登録を同じ受付で使わせない", "does not let a registration count in the session that made it";
    "consent-of-the-patient-before", Backend(BackendFlaw::ConsentOfThePatientBefore), "CONS-01",
        "前の患者の同意を使う", "uses the answers of the patient before";
    "another-patients-answer", Backend(BackendFlaw::AnotherPatientsAnswer), "ELIG-01",
        "前の患者の資格を返す", "returns the eligibility of the patient before";
    "outage-told-as-invalid", Backend(BackendFlaw::OutageToldAsInvalid), "ELIG-01",
        "調べられなかったときに無効と答える", "says invalid where its own look-up failed";
    "nobody-found-is-invalid", Backend(BackendFlaw::NobodyFoundIsInvalid), "ELIG-05",
        "該当なしを無効と答える", "says invalid where nobody was found";
    "refusal-without-code", Backend(BackendFlaw::RefusalWithoutCode), "ELIG-12",
        "異常な結果にエラーコードを付けない", "leaves the error code out of a refusal";
    "refusal-without-message", Backend(BackendFlaw::RefusalWithoutMessage), "ELIG-12",
        "異常な結果にエラーの文を付けない", "leaves the error message out of a refusal";
    "answer-cut-off", Backend(BackendFlaw::AnswerCutOff), "ELIG-15",
        "番号照会の回答が形式に合わない", "sends an answer to a number inquiry that is not well-formed";
    "oral-consent-not-enough", Backend(BackendFlaw::OralConsentNotEnough), "EMG-02",
        "救急で口頭の同意があっても断る", "refuses an ambulance although oral consent is recorded";
    "medical-to-eligibility-only", Backend(BackendFlaw::MedicalToEligibilityOnly), "VAR-01",
        "資格確認限定型の施設に診療情報を返す", "returns medical information to an eligibility-only site";
}
