//! The lives of consents: how long they open, what is carried over, what ends them.

use jiff::civil::date;
use uketsuke::backend::World;
use uketsuke::eligibility::{
    Care, ConsentFlag, ConsentKind, MedicalKind, Moment, Period, SiteKind, Withdrawal,
};

use super::desk::{Desk, moment};

const ADULT: &str = "card: { holder: adult }";
const CARE: &[ConsentKind] = &[ConsentKind::Care];
const CHECKUP: &[ConsentKind] = &[ConsentKind::Checkup];

fn at(kind: SiteKind) -> (Desk, Moment) {
    let start = moment("2025-12-20T09:00:00+09:00");
    let mut desk = Desk::new(start, ADULT);
    desk.site.kind = kind;
    (desk, start)
}

fn hours(from: Moment, hours: u64) -> Moment {
    from.plus_ms(hours * 60 * 60 * 1000)
}

const NO_CONSENT: &str = "refused: NoConsent";

#[test]
fn consents_of_outpatients_and_online_care_open_for_a_day() {
    for kind in [SiteKind::Clinic, SiteKind::Pharmacy, SiteKind::OnlineCare] {
        let (mut desk, start) = at(kind);
        let told = desk.visit(start, CARE, CHECKUP);
        let times = told.consents.iter().map(|it| (it.flag, it.at, it.until));
        let expected = [
            (ConsentFlag::Given, Some(start), Some(hours(start, 24))),
            (ConsentFlag::No, None, None),
        ];
        assert_eq!(times.collect::<Vec<_>>(), expected, "{kind:?}");
        assert_eq!(desk.fetch(hours(start, 24), MedicalKind::Drug), "2025-11");
        let later = hours(start, 24).plus_ms(1);
        assert_eq!(desk.fetch(later, MedicalKind::Drug), NO_CONSENT, "{kind:?}");
        assert_eq!(
            desk.fetch(start, MedicalKind::Checkup),
            NO_CONSENT,
            "{kind:?}"
        );
        assert_eq!(desk.number(start).consents, [], "{kind:?}");
    }
}

#[test]
fn a_consent_for_home_visits_stands_until_withdrawn() {
    let (mut desk, start) = at(SiteKind::HomeVisit);
    let told = desk.visit(start, CARE, CHECKUP);
    assert_eq!(
        (told.consents[0].flag, told.consents[0].until),
        (ConsentFlag::Given, None)
    );
    let months_later = hours(start, 24 * 90);
    assert_eq!(desk.fetch(months_later, MedicalKind::Drug), "2025-11");
    let flags = |desk: &mut Desk, at| -> Vec<ConsentFlag> {
        desk.number(at).consents.iter().map(|it| it.flag).collect()
    };
    assert_eq!(
        flags(&mut desk, months_later),
        [ConsentFlag::Given, ConsentFlag::No]
    );
    assert_eq!(
        desk.carried(months_later),
        [ConsentKind::Care, ConsentKind::Checkup]
    );

    let withdrawn = hours(months_later, 1);
    let mut scenario = desk.playable.scenario.clone();
    scenario.people[0].registry.withdrawals = vec![Withdrawal {
        institution: desk.site.institution.clone(),
        at: withdrawn,
        by_institution: true,
    }];
    desk.backend.know(&World::of(&scenario));
    assert_eq!(desk.fetch(withdrawn, MedicalKind::Drug), NO_CONSENT);
    assert_eq!(
        flags(&mut desk, withdrawn),
        [ConsentFlag::Expired, ConsentFlag::No]
    );
    assert!(
        desk.number(withdrawn)
            .consents
            .iter()
            .all(|it| it.at.is_none())
    );
    // Conventions: asked anew, and what is given anew is another consent.
    assert_eq!(desk.carried(withdrawn), [ConsentKind::Checkup]);
    let again = hours(withdrawn, 1);
    desk.visit(again, CARE, &[]);
    assert_eq!(desk.fetch(hours(again, 48), MedicalKind::Drug), "2025-11");
}

#[test]
fn a_number_inquiry_makes_no_consent_for_any_care() {
    for kind in [SiteKind::Clinic, SiteKind::HomeVisit, SiteKind::OnlineCare] {
        let (mut desk, start) = at(kind);
        assert_eq!(desk.number(start).consents, [], "{kind:?}");
        assert_eq!(desk.fetch(start, MedicalKind::Drug), NO_CONSENT, "{kind:?}");
    }
}

#[test]
fn a_site_for_eligibility_only_gets_no_flags_no_presets_no_records() {
    let (mut desk, start) = at(SiteKind::Clinic);
    desk.visit(start, CARE, CHECKUP);
    desk.site.kind = SiteKind::EligibilityOnly;
    let later = hours(start, 1);
    assert_eq!(desk.carried(later), []);
    assert_eq!(desk.visit(later, CARE, &[]).consents, []);
    assert_eq!(desk.number(later).consents, []);
    assert_eq!(
        desk.fetch(later, MedicalKind::Drug),
        "refused: NotAuthorised"
    );
    desk.site.kind = SiteKind::Clinic;
    assert_eq!(
        desk.carried(later),
        [ConsentKind::Care, ConsentKind::Checkup]
    );
}

#[test]
fn a_second_answer_within_a_day_replaces_the_first() {
    let (mut desk, start) = at(SiteKind::Clinic);
    desk.visit(start, CARE, &[]);
    desk.visit(hours(start, 2), &[], CARE);
    assert_eq!(desk.fetch(hours(start, 3), MedicalKind::Drug), NO_CONSENT);
    desk.visit(hours(start, 4), CARE, &[]);
    assert_eq!(desk.fetch(hours(start, 28), MedicalKind::Drug), "2025-11");
}

#[test]
fn a_question_switched_on_again_is_asked_anew() {
    let (mut desk, start) = at(SiteKind::Clinic);
    desk.visit(start, &[ConsentKind::Care, ConsentKind::Checkup], &[]);
    desk.site.offers = vec![ConsentKind::Care];
    assert_eq!(desk.carried(hours(start, 24)), [ConsentKind::Care]);
    desk.site.offers = vec![ConsentKind::Care, ConsentKind::Checkup];
    assert_eq!(desk.carried(hours(start, 48)), [ConsentKind::Care]);
    desk.visit(hours(start, 48), CARE, CHECKUP);
    let both = [ConsentKind::Care, ConsentKind::Checkup];
    assert_eq!(desk.carried(hours(start, 72)), both);
}

#[test]
fn a_visit_in_grace_changes_no_answer() {
    let start = moment("2025-11-29T10:00:00+09:00");
    let ends = "card: { holder: adult, user-certificate: { not-after: 2025-11-30 } }";
    let mut desk = Desk::new(start, ends);
    desk.visit(start, CARE, &[]);
    let in_grace = hours(start, 24 * 5);
    assert_eq!(desk.carried(in_grace), []);
    let told = desk.visit(in_grace, &[], CARE);
    assert!(told.consents.iter().all(|it| it.flag == ConsentFlag::No));
    // Renewed: the answer of before stands preset again.
    let mut scenario = desk.playable.scenario.clone();
    scenario.people[0].card.not_after = moment("2030-06-15T23:59:59+09:00");
    desk.backend.know(&World::of(&scenario));
    assert_eq!(desk.carried(hours(in_grace, 24)), [ConsentKind::Care]);
}

#[test]
fn earlier_answers_count_by_their_time_and_not_by_their_place_in_the_file() {
    let start = moment("2025-12-20T09:00:00+09:00");
    let lines = "card: { holder: adult }\nregistry:\n  earlier-consents:\n    \
        - { institution: \"1399999999\", at: at - 1h, kind: care, answer: agree }\n    \
        - { institution: \"1399999999\", at: at - 2h, kind: care, answer: refuse }";
    let mut desk = Desk::new(start, lines);
    assert_eq!(desk.fetch(start, MedicalKind::Drug), "2025-11");
}

#[test]
fn a_period_is_respected() {
    let (mut desk, start) = at(SiteKind::Clinic);
    desk.visit(start, CARE, &[]);
    let in_months = |desk: &mut Desk, from, until| {
        desk.fetch_in(start, MedicalKind::Drug, Some(Period { from, until }))
    };
    assert_eq!(
        in_months(&mut desk, date(2025, 11, 30), date(2025, 12, 20)),
        "2025-11"
    );
    assert_eq!(
        in_months(&mut desk, date(2025, 12, 1), date(2025, 12, 20)),
        ""
    );
    assert_eq!(
        in_months(&mut desk, date(2025, 12, 20), date(2025, 11, 1)),
        ""
    );
}

#[test]
fn care_follows_the_site() {
    assert_eq!(SiteKind::HomeVisit.care(), Care::HomeVisit);
    assert_eq!(SiteKind::OnlineCare.care(), Care::Online);
    assert_eq!(SiteKind::Ambulance.care(), Care::Emergency);
    assert_eq!(SiteKind::Pharmacy.care(), Care::Outpatient);
}
