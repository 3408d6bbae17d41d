//! What a request is answered: messages in, messages out; the files are elsewhere.

use std::sync::{Mutex, PoisonError};

use jiff::tz::TimeZone;

use super::state::{Fetched, Memory};
use super::{Answering, Options, lists};
use crate::backend::Outage;
use crate::backend::oqs::code::{Complaint, Reference, Segment};
use crate::backend::oqs::encoding::{Decoded, Encoding};
use crate::backend::oqs::lookup;
use crate::backend::oqs::medical::Medical;
use crate::backend::oqs::name::Kind;
use crate::backend::oqs::request::{Ask, InsuredKey, MedicalAsk, ReferenceEntry, Request, Search};
use crate::backend::oqs::response::{Body, Header, Registered, Response, Unit};
use crate::backend::oqs::xml::Element;
use crate::eligibility::{Answer, Inquiry, JST, MedicalKind, Moment, NumberKey, Refusal, Site};

/// Answers requests of one folder.
pub(super) struct Replying<'a> {
    pub(super) options: &'a Options,
    pub(super) memory: &'a Mutex<Memory>,
}

/// Returns the encoding in which a request is answered.
pub(super) fn encoding_for(options: &Options, decoded: Option<&Decoded>) -> Encoding {
    let asked = decoded.and_then(|decoded| {
        decoded
            .actual
            .or_else(|| Encoding::from_label(decoded.declared.as_deref()?))
    });
    options.encoding.or(asked).unwrap_or_default()
}

impl Replying<'_> {
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request that could be read as XML.
    ///
    /// # Errors
    ///
    /// An outage of the world behind: no answer is due.
    pub(super) async fn reply(
        &self,
        kind: Kind,
        decoded: &Decoded,
        root: &Element,
        answering: &mut dyn Answering,
    ) -> Result<Response, Outage> {
        let sent = root.child("MessageHeader");
        let field = |name: &str| sent.and_then(|header| header.get(name));
        let now = answering.now();
        let header = Header {
            executed: Some(now),
            institution: field("MedicalInstitutionCode").unwrap_or("").to_owned(),
            identifier: field("ArbitraryFileIdentifier").map(str::to_owned),
            segment: Some(Segment::Normal),
            encoding: Some(encoding_for(self.options, Some(decoded))),
            ..Header::default()
        };
        if decoded.is_misdeclared() {
            return Ok(Response::complaint(kind, header, Complaint::Encoding));
        }
        let request = match Request::read(kind, root) {
            Ok(request) => request,
            Err(error) => {
                tracing::info!("a request of kind {kind:?} is refused: {error}");
                return Ok(Response::complaint(kind, header, Complaint::Element));
            }
        };
        self.answer(kind, request, header, answering).await
    }

    async fn answer(
        &self,
        kind: Kind,
        request: Request,
        mut header: Header,
        answering: &mut dyn Answering,
    ) -> Result<Response, Outage> {
        let site = match request.context.as_ref().map(|context| &context.site) {
            Some(site) if site.institution == request.institution => site.clone(),
            _ => answering.site(&request.institution),
        };
        let now = answering.now();
        let body = match &request.ask {
            Ask::People { date, searches } => {
                let at = date.map_or(now, |day| on(now, day));
                header.date = Some(at.day());
                header.reference = Some(Reference::Number);
                let mut units = Vec::new();
                for search in searches {
                    let unit = self.person(search, &request, &site, at, answering).await?;
                    units.push(unit);
                }
                match (kind, units.pop()) {
                    (Kind::Single, Some(unit)) => Body::Single(Box::new(unit)),
                    (_, last) => Body::Units(units.into_iter().chain(last).collect()),
                }
            }
            Ask::Visits(visits) => {
                header.reference = Some(Reference::Card);
                Body::Units(lists::visits(visits, &site, answering).await?)
            }
            Ask::Tickets { month } => {
                header.reference = Some(Reference::Card);
                Body::Units(lists::tickets(month, &site, answering).await?)
            }
            Ask::Register(entries) => {
                Body::Registered(self.register(entries, &site, &answering.people()))
            }
            Ask::Medical(asked) => Body::Medical(medical(kind, asked, &site, answering).await?),
            Ask::Fetch { reception } => return Ok(self.fetch(kind, reception, header)),
        };
        Ok(self.deliver(kind, header, body))
    }

    /// Hands in what is fetched later; the rest is delivered at once.
    fn deliver(&self, kind: Kind, mut header: Header, mut body: Body) -> Response {
        if let Body::Units(units) = &mut body {
            for unit in units {
                if let Ok(found) = &unit.result {
                    let qualification = found.qualification.as_ref();
                    unit.references = self.memory().references(&header.institution, qualification);
                }
            }
        }
        if is_handed_in(kind) {
            let in_progress = self.options.in_progress;
            let number = self.memory().hand_in(kind, body, in_progress);
            header.reception = Some(number);
            body = Body::Nothing;
        }
        Response { header, body }
    }

    fn fetch(&self, kind: Kind, reception: &str, mut header: Header) -> Response {
        header.reception = Some(reception.to_owned());
        let fetched = kind.fetches().map_or(Fetched::Unknown, |kind| {
            self.memory().fetch(kind, reception)
        });
        match fetched {
            Fetched::Unknown => Response::complaint(kind, header, Complaint::Reception),
            Fetched::InProgress => Response {
                header: Header {
                    segment: Some(Segment::InProgress),
                    ..header
                },
                body: Body::Nothing,
            },
            Fetched::Ready(body) => Response { header, body },
        }
    }

    async fn person(
        &self,
        search: &Search,
        request: &Request,
        site: &Site,
        at: Moment,
        answering: &mut dyn Answering,
    ) -> Result<Unit, Outage> {
        let inquiry = Inquiry::Number {
            key: search.key.clone(),
            limit_consent: search.limit_consent,
            disaster: request
                .context
                .as_ref()
                .and_then(|context| context.disaster),
            site: site.clone(),
        };
        let result = match answering.ask(&inquiry, at).await? {
            Answer::Eligibility(found) => Ok(*found),
            Answer::Refused(refusal) => Err(refusal),
            _ => return Err(other_answer()),
        };
        let references = match &result {
            Ok(found) => self
                .memory()
                .references(&site.institution, found.qualification.as_ref()),
            Err(_) => Vec::new(),
        };
        Ok(Unit {
            search: Some(search.clone()),
            result,
            references,
        })
    }

    fn register(
        &self,
        entries: &[ReferenceEntry],
        site: &Site,
        people: &[crate::scenario::Patient],
    ) -> Vec<Registered> {
        entries
            .iter()
            .map(|entry| {
                let found = lookup::find(people, &entry.key);
                let refusal = match found.as_slice() {
                    [] => Some(Complaint::Nobody),
                    [(first, _), rest @ ..]
                        if rest.iter().any(|(one, _)| one.name != first.name) =>
                    {
                        Some(Complaint::Several)
                    }
                    [.., (_, qualification)] => {
                        let mut memory = self.memory();
                        let kept =
                            memory.register(&site.institution, qualification, &entry.reference);
                        (!kept).then_some(Complaint::Busy)
                    }
                };
                Registered {
                    entry: entry.clone(),
                    refusal: refusal.map(Complaint::refusal),
                }
            })
            .collect()
    }
}

/// Tells whether the result of this message is fetched by another one.
fn is_handed_in(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bulk | Kind::RegisterBulk | Kind::HomeVisit | Kind::Online | Kind::Tickets
    )
}

fn other_answer() -> Outage {
    Outage::Malformed("the answer to another inquiry".to_owned())
}

/// Returns the time of day of `now` on another day.
fn on(now: Moment, day: jiff::civil::Date) -> Moment {
    day.to_datetime(now.zoned().time())
        .to_zoned(TimeZone::fixed(JST))
        .map_or(now, |zoned| Moment(zoned.timestamp()))
}

/// Fetches medical information. A request for diagnoses brings drugs and surgery too, each kind
/// under its own consent (convention of this harness).
async fn medical(
    kind: Kind,
    asked: &MedicalAsk,
    site: &Site,
    answering: &mut dyn Answering,
) -> Result<Medical, Outage> {
    if asked.pdf {
        return Ok(refused(Complaint::Category.refusal()));
    }
    let people = answering.people();
    let found = lookup::find(&people, &asked.key);
    let person = match found.as_slice() {
        [] => return Ok(refused(Complaint::Nobody.refusal())),
        [(first, _), rest @ ..] if rest.iter().any(|(one, _)| one.name != first.name) => {
            return Ok(refused(Complaint::Several.refusal()));
        }
        [(first, _), ..] => *first,
    };
    let kinds: &[MedicalKind] = match (kind, asked.diagnosis) {
        (Kind::Checkup, _) => &[MedicalKind::Checkup],
        (_, false) => &[MedicalKind::Drug],
        (_, true) => &[
            MedicalKind::Drug,
            MedicalKind::Diagnosis,
            MedicalKind::Surgery,
        ],
    };
    let mut records = Vec::new();
    let mut withheld = Vec::new();
    for kind in kinds {
        let inquiry = Inquiry::Medical {
            key: number_key(&asked.key, person.registry.person.birth_date),
            kind: *kind,
            period: asked.period,
            care: asked.care,
            site: site.clone(),
        };
        let now = answering.now();
        match answering.ask(&inquiry, now).await? {
            Answer::Medical(answer) => records.extend(answer.records),
            Answer::Refused(refusal) => withheld.push((*kind, refusal)),
            _ => return Err(other_answer()),
        }
    }
    match withheld.first() {
        Some((_, refusal)) if withheld.len() == kinds.len() => Ok(refused(refusal.clone())),
        _ => Ok(Medical {
            result: Ok(records),
            withheld,
            unread: false,
        }),
    }
}

fn refused(refusal: Refusal) -> Medical {
    Medical {
        result: Err(refusal),
        withheld: Vec::new(),
        unread: false,
    }
}

fn number_key(key: &InsuredKey, birth_date: jiff::civil::Date) -> NumberKey {
    NumberKey {
        insurer: key.insurer.clone(),
        symbol: key.symbol.clone(),
        number: key.number.clone(),
        branch: key.branch.clone(),
        birth_date,
    }
}
