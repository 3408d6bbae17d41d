//! Results of the exchange folder, in both directions (eligibility.md §1.5).
//!
//! Conventions of this harness: what was asked and is refused has `SegmentOfResult` 1 and
//! `ProcessingResultStatus` 2; a request file that cannot be dealt with has `SegmentOfResult` 9.
//! All result codes are synthetic (`SIM-…`), since the real ones are not public.

use jiff::civil::Date;

use super::Unreadable;
use super::code::{
    Complaint, GROUND, REFERENCE, Reference, SEGMENT, SIDE_INFORMATION, Segment, VALIDITY,
};
use super::encoding::Encoding;
use super::field::{self, needed, optional, required};
use super::medical::Medical;
use super::name::Kind;
use super::qualification;
use super::request::{REFERENCE_ENTRY, ReferenceEntry, Search};
use super::xml::{self, Element};
use crate::eligibility::{Eligibility, Ground, Moment, Refusal};

/// A result.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Its header.
    pub header: Header,
    /// What it says.
    pub body: Body,
}

/// The header of a result.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Header {
    /// When it was made.
    pub executed: Option<Moment>,
    /// The day that was checked.
    pub date: Option<Date>,
    /// The institution's code.
    pub institution: String,
    /// The request's `ArbitraryFileIdentifier`.
    pub identifier: Option<String>,
    /// Asked by card or by number (OQSCD002).
    pub reference: Option<Reference>,
    /// How the message was dealt with (OQSCD003). Medical results are not known to have it.
    pub segment: Option<Segment>,
    /// The error's code, where abnormal.
    pub error_code: Option<String>,
    /// The error's message, where abnormal.
    pub error_message: Option<String>,
    /// The encoding that it says it has (OQSCD005).
    pub encoding: Option<Encoding>,
    /// The number under which the result is fetched.
    pub reception: Option<String>,
}

/// What a result says, by the kind of the message.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Nothing: handed in, in progress, or abnormal.
    Nothing,
    /// Eligibility of one person.
    Single(Box<Unit>),
    /// Eligibility of many.
    Units(Vec<Unit>),
    /// Registrations.
    Registered(Vec<Registered>),
    /// Medical information.
    Medical(Medical),
}

/// The result about one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Whom it is about, repeated from the request; absent in `face`.
    pub search: Option<Search>,
    /// What was found, or why nothing is said.
    pub result: Result<Eligibility, Refusal>,
    /// The institution's own numbers of this patient.
    pub references: Vec<String>,
}

/// The result of one registration.
#[derive(Debug, Clone, PartialEq)]
pub struct Registered {
    /// What was registered.
    pub entry: ReferenceEntry,
    /// Why not.
    pub refusal: Option<Refusal>,
}

impl Response {
    /// Makes the answer to a request file of this kind that cannot be dealt with.
    pub fn complaint(kind: Kind, header: Header, complaint: Complaint) -> Response {
        // Readers of medical results look for ResultCode alone.
        let body = match kind {
            Kind::Drug | Kind::Checkup => Body::Medical(Medical {
                result: Err(complaint.refusal()),
                withheld: Vec::new(),
                unread: false,
            }),
            _ => Body::Nothing,
        };
        Response {
            body,
            header: Header {
                segment: Some(Segment::Abnormal),
                error_code: Some(complaint.code().to_owned()),
                error_message: Some(complaint.message().to_owned()),
                ..header
            },
        }
    }

    /// Writes the result in the encoding that its header names.
    pub fn write(&self) -> Vec<u8> {
        let mut root = Element::new("XmlMsg");
        root.push(self.header.write(&self.body));
        root.push(self.body.write(self.header.executed));
        xml::write(&root, self.header.encoding.unwrap_or_default())
    }

    /// Reads the result of this kind.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] with the element that is missing or has no possible value.
    pub fn read(kind: Kind, root: &Element) -> Result<Response, Unreadable> {
        let header = Header::read(super::part(root, "MessageHeader")?)?;
        let medical = matches!(kind, Kind::Drug | Kind::Checkup);
        if header.segment.is_none() && !medical {
            return Err(Unreadable::new(
                "MessageHeader/SegmentOfResult",
                "is missing",
            ));
        }
        let body = match header.segment {
            None | Some(Segment::Normal) => Body::read(kind, super::part(root, "MessageBody")?)?,
            Some(Segment::InProgress | Segment::Abnormal) => Body::Nothing,
        };
        Ok(Response { header, body })
    }
}

impl Header {
    fn write(&self, body: &Body) -> Element {
        let mut header = Element::new("MessageHeader");
        if let Some(at) = self.executed {
            header.put("ProcessExecutionTime", &field::date_time(at));
        }
        if let Some(day) = self.date {
            header.put("QualificationConfirmationDate", &field::date(day));
        }
        header.put("MedicalInstitutionCode", &self.institution);
        header.put_some("ArbitraryFileIdentifier", self.identifier.as_deref());
        header.put_some("ReceptionNumber", self.reception.as_deref());
        if let Some(reference) = self.reference {
            header.put("ReferenceClassification", REFERENCE.code(reference));
        }
        if let Some(segment) = self.segment {
            header.put("SegmentOfResult", SEGMENT.code(segment));
        }
        header.put_some("ErrorCode", self.error_code.as_deref());
        header.put_some("ErrorMessage", self.error_message.as_deref());
        if let Some((all, errors)) = body.counts() {
            header.put("NumberOfProcessingResult", &all.to_string());
            header.put("NumberOfNormalProcessing", &(all - errors).to_string());
            header.put("NumberOfError", &errors.to_string());
        }
        if let Some(encoding) = self.encoding {
            header.put("CharacterCodeIdentifier", encoding.code());
        }
        header
    }

    fn read(header: &Element) -> Result<Header, Unreadable> {
        let text = |name: &str| header.get(name).map(str::to_owned);
        Ok(Header {
            executed: optional(header, "ProcessExecutionTime", field::parse_date_time)?,
            date: optional(header, "QualificationConfirmationDate", field::parse_date)?,
            institution: header
                .get("MedicalInstitutionCode")
                .unwrap_or("")
                .to_owned(),
            identifier: text("ArbitraryFileIdentifier"),
            reference: optional(header, "ReferenceClassification", |code| {
                REFERENCE.value(code)
            })?,
            segment: optional(header, "SegmentOfResult", |code| SEGMENT.value(code))?,
            error_code: text("ErrorCode"),
            error_message: text("ErrorMessage"),
            // What it says is judged (ELIG-11), and not needed to read it.
            encoding: header
                .get("CharacterCodeIdentifier")
                .and_then(Encoding::from_code),
            reception: text("ReceptionNumber"),
        })
    }
}

impl Body {
    /// Returns how many results there are, and how many of them are errors.
    fn counts(&self) -> Option<(usize, usize)> {
        match self {
            Body::Units(units) => {
                let errors = units.iter().filter(|unit| unit.result.is_err()).count();
                Some((units.len(), errors))
            }
            Body::Registered(rows) => {
                let errors = rows.iter().filter(|row| row.refusal.is_some()).count();
                Some((rows.len(), errors)).filter(|(all, _)| *all > 1)
            }
            _ => None,
        }
    }

    fn write(&self, executed: Option<Moment>) -> Element {
        let mut body = Element::new("MessageBody");
        let now = executed.unwrap_or(Moment(jiff::Timestamp::MAX));
        match self {
            Body::Nothing => {}
            Body::Single(unit) => {
                unit.write_head(&mut body);
                let mut list = Element::new("ResultList");
                if let Ok(found) = &unit.result {
                    list.children
                        .extend(qualification::write(found, now, &unit.references));
                }
                body.push(list);
            }
            Body::Units(units) => {
                for unit in units {
                    let mut element = Element::new("BulkConfirmUnit");
                    unit.write_head(&mut element);
                    if let Ok(found) = &unit.result {
                        element
                            .children
                            .extend(qualification::write(found, now, &[]));
                    }
                    for reference in &unit.references {
                        element.put("ReferenceNumber", reference);
                    }
                    body.push(element);
                }
            }
            Body::Registered(rows) => {
                for row in rows {
                    row.write(rows.len() > 1, &mut body);
                }
            }
            Body::Medical(medical) => medical.write(&mut body),
        }
        body
    }

    fn read(kind: Kind, body: &Element) -> Result<Body, Unreadable> {
        Ok(match kind {
            Kind::Single => Body::Single(Box::new(Unit::read(body)?)),
            Kind::BulkResult | Kind::HomeVisitResult | Kind::OnlineResult | Kind::TicketsResult => {
                let units = body.all("BulkConfirmUnit").map(Unit::read);
                Body::Units(units.collect::<Result<_, _>>()?)
            }
            Kind::Register => Body::Registered(vec![Registered::read(body)?]),
            Kind::RegisterBulkResult => {
                let mut units: Vec<&Element> = body.all("BulkRegistrationUnit").collect();
                if units.is_empty() && body.child(REFERENCE_ENTRY).is_some() {
                    units.push(body);
                }
                let rows = units.into_iter().map(Registered::read);
                Body::Registered(rows.collect::<Result<_, _>>()?)
            }
            Kind::Drug | Kind::Checkup => Body::Medical(Medical::read(body)?),
            Kind::Bulk | Kind::RegisterBulk | Kind::HomeVisit | Kind::Online | Kind::Tickets => {
                Body::Nothing
            }
        })
    }
}

/// Returns the refusal of a code and a message, either of which may be missing (ELIG-12).
pub(super) fn refusal(code: Option<&str>, message: Option<&str>) -> Refusal {
    let code = code.unwrap_or("");
    Refusal {
        ground: GROUND.value(code).unwrap_or(Ground::Unstated),
        code: code.to_owned(),
        message: message.unwrap_or("").to_owned(),
    }
}

fn write_refusal(refusal: &Refusal, element: &mut Element) {
    element.put("ProcessingResultStatus", "2");
    element.put("ProcessingResultCode", &refusal.code);
    element.put("ProcessingResultMessage", &refusal.message);
}

/// Reads the status of one result: whether it is a refusal.
fn read_refusal(element: &Element) -> Result<Option<Refusal>, Unreadable> {
    let normal = required(element, "ProcessingResultStatus", |code| match code {
        "1" => Some(true),
        "2" => Some(false),
        _ => None,
    })?;
    Ok((!normal).then(|| {
        refusal(
            element.get("ProcessingResultCode"),
            element.get("ProcessingResultMessage"),
        )
    }))
}

impl Unit {
    fn write_head(&self, element: &mut Element) {
        if let Some(search) = &self.search {
            element.push(search.write(field::insurer_in_result(&search.key.insurer)));
        }
        match &self.result {
            Err(refusal) => write_refusal(refusal, element),
            Ok(found) => {
                element.put("ProcessingResultStatus", "1");
                if let Some(side) = &found.side_information {
                    element.put("ProcessingResultCode", SIDE_INFORMATION);
                    element.put("ProcessingResultMessage", side);
                }
                element.put("QualificationValidity", VALIDITY.code(found.validity));
            }
        }
    }

    fn read(element: &Element) -> Result<Unit, Unreadable> {
        let search = element
            .child("QualificationConfirmSearchInfo")
            .and_then(|info| Search::read(info).ok());
        let found = element
            .child("ResultList")
            .unwrap_or(element)
            .child(qualification::RESULT);
        let result = match read_refusal(element)? {
            Some(refusal) => Err(refusal),
            None => {
                let validity = required(element, "QualificationValidity", |code| {
                    VALIDITY.value(code)
                })?;
                let empty = Element::new(qualification::RESULT);
                let mut read = qualification::read(found.unwrap_or(&empty), validity)?;
                read.side_information = element
                    .get("ProcessingResultMessage")
                    .or_else(|| element.get("ProcessingResultCode"))
                    .map(str::to_owned);
                Ok(read)
            }
        };
        let mut references: Vec<String> = Vec::new();
        for place in [Some(element), found].into_iter().flatten() {
            let here = place.all("ReferenceNumber").filter_map(Element::value);
            references.extend(here.map(str::to_owned));
        }
        Ok(Unit {
            search,
            result,
            references,
        })
    }
}

impl Registered {
    fn write(&self, bulk: bool, body: &mut Element) {
        let mut unit = Element::new("BulkRegistrationUnit");
        let place = if bulk { &mut unit } else { &mut *body };
        let insurer = field::insurer_in_result(&self.entry.key.insurer);
        place.push(self.entry.write(&insurer));
        match &self.refusal {
            None => place.put("ProcessingResultStatus", "1"),
            Some(refusal) => write_refusal(refusal, place),
        }
        if bulk {
            body.push(unit);
        }
    }

    fn read(unit: &Element) -> Result<Registered, Unreadable> {
        needed(super::part(unit, REFERENCE_ENTRY)?, "ReferenceNumber")?;
        Ok(Registered {
            entry: ReferenceEntry::read(super::part(unit, REFERENCE_ENTRY)?)?,
            refusal: read_refusal(unit)?,
        })
    }
}
