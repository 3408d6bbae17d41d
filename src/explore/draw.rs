//! Draws plans: proptest strategies, weighted to the borders and to what belongs together.
//!
//! A theme says which circumstances and acts are likely beside each other; within it everything is
//! drawn independently. What is drawn depends on seed and number of the case alone.

mod acts;
mod specials;
mod themes;

use jiff::SignedDuration;
use jiff::civil::date;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::border::{self, Side};
use super::circumstance::Circumstance;
use super::plan::Plan;
use super::script;
use crate::eligibility::Moment;
use crate::requirement::vectors;

/// What a plan is drawn from.
pub type Plans = BoxedStrategy<Plan>;

/// When a plan begins, and the circumstance that goes with it.
#[derive(Debug, Clone)]
struct When {
    at: Moment,
    border: Option<(&'static str, Side)>,
    certificate: Option<Circumstance>,
}

/// Returns the strategy of all plans.
pub fn plans() -> Plans {
    themes::all()
}

/// Draws the plan of one case, as a tree that can be shrunk.
///
/// `None` where the strategy gives up, which ours do not: nothing in them is filtered.
pub fn draw(plans: &Plans, seed: u64, case: u32) -> Option<Box<dyn ValueTree<Value = Plan>>> {
    let mut bytes = [0; 32];
    let (first, rest) = bytes.split_at_mut(8);
    first.copy_from_slice(&seed.to_le_bytes());
    if let Some(second) = rest.get_mut(..4) {
        second.copy_from_slice(&case.to_le_bytes());
    }
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, rng);
    plans.new_tree(&mut runner).ok()
}

fn side() -> impl Strategy<Value = Side> + Clone {
    select(Side::ALL.to_vec())
}

/// At a border that is the same for everybody.
fn at_a_day() -> BoxedStrategy<When> {
    let days: Vec<usize> = (0..border::DAYS.len()).collect();
    (select(days), side())
        .prop_map(|(index, side)| match script::begins(index) {
            Some((name, first)) => When {
                at: side.of(first),
                border: Some((name, side)),
                certificate: None,
            },
            None => usual(0),
        })
        .boxed()
}

/// At a border in the life of the patient's certificate.
fn at_the_certificate() -> BoxedStrategy<When> {
    let borders: Vec<(&'static str, jiff::civil::Date, jiff::civil::Date)> =
        (0..vectors().days.len())
            .flat_map(border::of_certificate)
            .collect();
    (select(borders), side())
        .prop_map(|((name, day, last), side)| {
            let first = Moment::start_of(day).unwrap_or_else(|| usual(0).at);
            let at = side.of(first);
            let back = at
                .day()
                .since(last)
                .map_or(0, |span| i64::from(span.get_days()));
            When {
                at,
                border: Some((name, side)),
                certificate: Some(Circumstance::CertificateEnded(back)),
            }
        })
        .boxed()
}

/// Within the time of the catalogue, on a working morning.
fn usual(days: i64) -> When {
    let first = date(2025, 11, 4)
        .at(9, 15, 0, 0)
        .to_zoned(jiff::tz::TimeZone::fixed(crate::eligibility::JST));
    let at = first.map_or(Moment(jiff::Timestamp::UNIX_EPOCH), |zoned| {
        Moment(zoned.timestamp())
    });
    let shifted =
        at.0.checked_add(SignedDuration::from_hours(days.saturating_mul(24)));
    When {
        at: Moment(shifted.unwrap_or(at.0)),
        border: None,
        certificate: None,
    }
}

/// Today's rules, on one of a few days: certificates are dated from the day, and those that were
/// issued before need not be issued again.
fn lately() -> BoxedStrategy<When> {
    let days: Vec<i64> = (0..9).map(|step| step * 44).collect();
    select(days).prop_map(usual).boxed()
}

/// Any day since the catalogue begins, 2021-10-20, up to a year after today's rules began.
fn ever() -> BoxedStrategy<When> {
    let before: Vec<i64> = (0..18).map(|step| step * 83 - 1_475).collect();
    prop_oneof![
        4 => lately(),
        3 => select(before).prop_map(usual),
        3 => at_a_day(),
    ]
    .boxed()
}
