//! States: what a scenario needs of a person, whoever that is.

use jiff::civil::Date;

use crate::eligibility::{
    CardClass, CertificatePhase, CertificateStatus, ConsentAnswer, ConsentKind, MedicalKind,
    Moment, Qualification, Registry, Relation,
};
use crate::rules;
use crate::scenario::Patient;

/// The ages that decide something on the day (convention 13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Preschool,
    Under40,
    Under70,
    Under75,
    From75,
}

impl Age {
    fn on(birth: Date, day: Date) -> Age {
        let reached = |years| rules::age::birthday(birth, years) <= day;
        if day <= rules::age::preschool_until(birth) {
            Age::Preschool
        } else if reached(75) {
            Age::From75
        } else if rules::age::elderly_from(birth) <= day {
            Age::Under75
        } else if reached(40) {
            Age::Under70
        } else {
            Age::Under40
        }
    }

    fn word(self) -> &'static str {
        match self {
            Age::Preschool => "preschool",
            Age::Under40 => "under-40",
            Age::Under70 => "40-to-69",
            Age::Under75 => "70-to-74",
            Age::From75 => "from-75",
        }
    }
}

/// A qualification without its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Insured {
    relation: Relation,
    class: CardClass,
    share: u8,
    elderly: Option<u8>,
    began: bool,
    ended: bool,
    has_branch: bool,
}

impl Insured {
    fn of(qualification: &Qualification, day: Date) -> Insured {
        Insured {
            relation: qualification.relation,
            class: qualification.class,
            share: qualification.share,
            elderly: qualification.elderly.as_ref().map(|it| it.share),
            began: qualification.from <= day,
            ended: qualification.until.is_some_and(|until| until < day),
            has_branch: qualification.branch.is_some(),
        }
    }
}

/// What a scenario needs of a person: what differs from person to person is left out, and days
/// count only by what they mean today.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Whose card it is, by name in the deck: PIN and photo are the card's.
    pub(super) person: String,
    age: Age,
    phase: CertificatePhase,
    trusted: bool,
    phone: bool,
    certificate: CertificateStatus,
    /// Whether there is a registration, and whether it is cancelled.
    registration: Option<bool>,
    renewed: bool,
    insured: Vec<Insured>,
    withheld: usize,
    undisclosed: usize,
    limit: Option<String>,
    diseases: Vec<String>,
    tickets: usize,
    medical: Vec<MedicalKind>,
    earlier: Vec<(String, ConsentKind, ConsentAnswer)>,
    withdrawals: usize,
    /// With whom of the same scenario number and birth date are shared, by name in the deck.
    sharing: Vec<String>,
}

impl State {
    /// Returns the state of a person at `at`; `sharing` names who else has their number.
    pub fn of(patient: &Patient, sharing: &[String], at: Moment) -> State {
        let (card, registry) = (&patient.card, &patient.registry);
        let day = at.day();
        let phone = card.physical_card.is_some();
        let mut medical: Vec<MedicalKind> = registry.medical.iter().map(|it| it.kind).collect();
        medical.sort_unstable();
        medical.dedup();
        State {
            person: patient.name.clone(),
            age: Age::on(registry.person.birth_date, day),
            phase: rules::certificate::phase(card.not_after, at, !phone),
            trusted: card.trusted,
            phone,
            certificate: registry.certificate,
            registration: registry.registration.as_ref().map(|it| it.cancelled),
            renewed: registry.previous_certificate_until.is_some(),
            insured: insured(registry, day),
            withheld: registry.withheld_by.len(),
            undisclosed: registry.undisclosed_by.len(),
            limit: registry
                .limit
                .as_ref()
                .filter(|limit| limit.from <= day && day <= limit.until)
                .map(|limit| limit.class.clone()),
            diseases: registry
                .specific_diseases
                .iter()
                .map(|it| it.category.clone())
                .collect(),
            tickets: registry.tickets.len(),
            medical,
            earlier: registry
                .earlier_consents
                .iter()
                .map(|it| (it.institution.clone(), it.kind, it.answer))
                .collect(),
            withdrawals: registry.withdrawals.len(),
            sharing: sharing.to_vec(),
        }
    }

    /// Returns the state without what concerns other people of a scenario.
    #[must_use]
    pub fn alone(&self) -> State {
        State {
            sharing: Vec::new(),
            ..self.clone()
        }
    }

    /// Returns the words for what differs from `base`, in a fixed order.
    pub fn differences(&self, base: &State) -> Vec<&'static str> {
        let words = [
            (self.age != base.age).then_some(self.age.word()),
            (self.phase != base.phase).then_some(match self.phase {
                CertificatePhase::Valid => "certificate-valid",
                CertificatePhase::Ending => "ending",
                CertificatePhase::Grace => "in-grace",
                CertificatePhase::Lapsed => "certificate-lapsed",
            }),
            (self.trusted != base.trusted).then_some("untrusted"),
            (self.phone != base.phone).then_some("phone"),
            (self.certificate != base.certificate).then_some(match self.certificate {
                CertificateStatus::Good => "not-revoked",
                CertificateStatus::Revoked => "revoked",
                CertificateStatus::Suspended => "suspended",
            }),
            (self.registration != base.registration).then_some(match self.registration {
                None => "unregistered",
                Some(true) => "cancelled",
                Some(false) => "registered",
            }),
            (self.renewed != base.renewed).then_some("renewed"),
            (self.insured != base.insured).then(|| self.insurance_word()),
            (self.withheld != base.withheld).then_some("withheld"),
            (self.undisclosed != base.undisclosed).then_some("undisclosed"),
            (self.limit != base.limit).then_some(match self.limit {
                None => "no-limit",
                Some(_) => "limit",
            }),
            (self.diseases != base.diseases).then_some("diseases"),
            (self.tickets != base.tickets).then_some("tickets"),
            (self.medical != base.medical).then_some("medical"),
            (self.earlier != base.earlier).then_some("consented"),
            (self.withdrawals != base.withdrawals).then_some("withdrawn"),
            (self.sharing != base.sharing).then_some("sharing-a-number"),
        ];
        words.into_iter().flatten().collect()
    }

    /// Says what must hold of the person, for whoever fills in a file of bindings.
    pub fn needs(&self) -> Vec<String> {
        let mut needs = vec![format!("age {}", self.age.word())];
        let phase = match self.phase {
            CertificatePhase::Valid => "valid for more than three months",
            CertificatePhase::Ending => "valid, and ends within three months",
            CertificatePhase::Grace => "expired, in its grace period",
            CertificatePhase::Lapsed => "expired, its grace period over",
        };
        let status = match self.certificate {
            CertificateStatus::Good => "",
            CertificateStatus::Revoked => "; revoked",
            CertificateStatus::Suspended => "; suspended",
        };
        needs.push(format!("certificate {phase}{status}"));
        needs.push(match self.registration {
            None => "not registered for insurance use".to_owned(),
            Some(true) => "registration for insurance use cancelled".to_owned(),
            Some(false) => "registered for insurance use".to_owned(),
        });
        if self.insured.is_empty() {
            needs.push("no qualification on record".to_owned());
        }
        for (index, insured) in self.insured.iter().enumerate() {
            let when = match (insured.began, insured.ended) {
                (_, true) => "ended",
                (true, false) => "in force",
                (false, false) => "not yet begun",
            };
            let elderly = insured
                .elderly
                .map(|share| format!(", 高齢受給者証 {share}%"))
                .unwrap_or_default();
            let (number, share) = (index + 1, insured.share);
            needs.push(format!(
                "qualification {number} {when}, share {share}%{elderly}"
            ));
        }
        let flags = [
            (self.withheld > 0).then(|| "自己情報提供不可 is set".to_owned()),
            (self.undisclosed > 0).then(|| "不開示 is set".to_owned()),
            Some(match &self.limit {
                Some(class) => format!("limit of class {class} in force"),
                None => "no limit".to_owned(),
            }),
            (!self.diseases.is_empty()).then(|| "特定疾病 on record".to_owned()),
            (self.tickets > 0).then(|| format!("{} tickets of 医療扶助", self.tickets)),
            (!self.earlier.is_empty()).then(|| "consents given earlier".to_owned()),
            (self.withdrawals > 0).then(|| "a standing consent withdrawn".to_owned()),
            (!self.sharing.is_empty()).then(|| {
                let others = self.sharing.join(", ");
                format!("number and birth date are those of {others} too")
            }),
        ];
        needs.extend(flags.into_iter().flatten());
        needs
    }

    /// Tells whether the two are people of one scenario who share a number.
    pub(super) fn shares_with(&self, other: &State) -> bool {
        self.sharing.contains(&other.person) && other.sharing.contains(&self.person)
    }

    fn insurance_word(&self) -> &'static str {
        let current = self.insured.iter().any(|it| it.began && !it.ended);
        let past = self.insured.iter().any(|it| it.ended);
        match (current, past) {
            _ if self.insured.is_empty() => "not-recorded",
            (false, true) => "lapsed",
            (true, true) => "moved",
            _ => "insured-otherwise",
        }
    }
}

fn insured(registry: &Registry, day: Date) -> Vec<Insured> {
    let qualifications = registry.qualifications.iter();
    qualifications.map(|it| Insured::of(it, day)).collect()
}

/// Returns the state of each person of a scenario.
pub(super) fn of_people(people: &[Patient], at: Moment) -> Vec<State> {
    people
        .iter()
        .map(|patient| State::of(patient, &sharing(patient, people), at))
        .collect()
}

/// Returns who else has the same birth date and one of the same numbers.
fn sharing(patient: &Patient, people: &[Patient]) -> Vec<String> {
    let same_number = |one: &Qualification, other: &Qualification| {
        one.insurer == other.insurer && one.symbol == other.symbol && one.number == other.number
    };
    people
        .iter()
        .filter(|other| other.name != patient.name)
        .filter(|other| other.registry.person.birth_date == patient.registry.person.birth_date)
        .filter(|other| {
            patient.registry.qualifications.iter().any(|one| {
                let mut theirs = other.registry.qualifications.iter();
                theirs.any(|other| same_number(one, other))
            })
        })
        .map(|other| other.name.clone())
        .collect()
}
