//! Requests of the exchange folder, in both directions (eligibility.md §1.4).
//!
//! Conventions of this harness: a bulk request repeats `QualificationConfirmSearchInfo`, and
//! `PrDiInfClassification` is 1 for drugs and 2 for drugs with diagnoses. Neither is public.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Unreadable;
use super::code::{CARE, CONSENT};
use super::encoding::Encoding;
use super::field::{self, needed, optional, required};
use super::name::Kind;
use super::xml::{self, Element};
use crate::eligibility::{Care, ConsentFlag, EmergencyConsent, NumberKey, Period, Site};

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The institution's code, 10 digits.
    pub institution: String,
    /// `ArbitraryFileIdentifier`, which the result repeats.
    pub identifier: Option<String>,
    /// What is asked.
    pub ask: Ask,
    /// What the protocol has no place for; sent to our own answering side alone.
    pub context: Option<Context>,
}

/// What is asked, by the kind of the message.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    /// Eligibility of one person, or of many in bulk.
    People {
        /// The day to check; today if absent.
        date: Option<Date>,
        /// Whom.
        searches: Vec<Search>,
    },
    /// The result of what was handed in before.
    Fetch {
        /// The number that was given for it.
        reception: String,
    },
    /// Registration of the institution's own numbers of patients (照会番号).
    Register(Vec<ReferenceEntry>),
    /// Medical information.
    Medical(MedicalAsk),
    /// Who agreed to home visits or online care.
    Visits(Visits),
    /// The tickets of a month, `YYYY-MM`.
    Tickets {
        /// Treatment month.
        month: String,
    },
}

/// Whom to look up: the echo of it stands in the result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The key.
    pub key: NumberKey,
    /// Whether the patient agreed by word to show the limit (OQSCD001).
    pub limit_consent: bool,
    /// `ArbitraryIdentifier`, of this row.
    pub identifier: Option<String>,
}

/// A key without birth date, as registrations and medical requests have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct InsuredKey {
    /// Insurer number.
    pub insurer: String,
    /// Symbol.
    pub symbol: String,
    /// Number.
    pub number: String,
    /// Branch number.
    pub branch: Option<String>,
}

/// A reference number (照会番号) and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceEntry {
    /// The institution's number of the patient.
    pub reference: String,
    /// The key.
    pub key: InsuredKey,
}

/// A request for medical information.
#[derive(Debug, Clone, PartialEq)]
pub struct MedicalAsk {
    /// Whose.
    pub key: InsuredKey,
    /// The days asked about.
    pub period: Option<Period>,
    /// Whether a PDF is wanted rather than XML.
    pub pdf: bool,
    /// Whether diagnoses are wanted beside drugs.
    pub diagnosis: bool,
    /// The kind of care (OQSCD028).
    pub care: Care,
}

/// By which date a list is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedBy {
    /// The day of consent.
    Consent,
    /// The day of the examination.
    Examination,
}

/// A list of people who agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visits {
    /// By which date.
    pub by: ListedBy,
    /// The days.
    pub period: Period,
    /// Home visits or online care.
    pub care: Care,
}

/// What the folder's messages have no place for, as JSON in the element `SimulationContext`: a
/// convention of this harness, for runs against its own answering side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Context {
    /// Where.
    pub site: Site,
    /// In a disaster: what staff recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disaster: Option<EmergencyConsent>,
}

const CONTEXT: &str = "SimulationContext";
const SEARCH: &str = "QualificationConfirmSearchInfo";
pub(super) const REFERENCE_ENTRY: &str = "ReferenceNumberRegistrationInfo";

impl Request {
    /// Writes the request of this kind.
    pub fn write(&self, kind: Kind, encoding: Encoding) -> Vec<u8> {
        let mut header = Element::new("MessageHeader");
        if let Ask::People {
            date: Some(day), ..
        } = &self.ask
        {
            header.put("QualificationConfirmationDate", &field::date(*day));
        }
        header.put("MedicalInstitutionCode", &self.institution);
        if let Ask::Medical(medical) = &self.ask {
            header.put(
                "InsurerNumber",
                &field::insurer_in_request(&medical.key.insurer),
            );
            header.put("InsuranceCardSymbol", &medical.key.symbol);
            header.put("InsuredPersonIdentificationNumber", &medical.key.number);
            header.put("BranchNumber", medical.key.branch.as_deref().unwrap_or(""));
        }
        header.put_some("ArbitraryFileIdentifier", self.identifier.as_deref());
        let mut body = Element::new("MessageBody");
        write_ask(&self.ask, kind, &mut body);
        if let Some(json) = self
            .context
            .as_ref()
            .and_then(|context| serde_json::to_string(context).ok())
        {
            body.put(CONTEXT, &json);
        }
        let mut root = Element::new("XmlMsg");
        root.push(header);
        root.push(body);
        xml::write(&root, encoding)
    }

    /// Reads the request of this kind.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] with the element that is missing or has no possible value.
    pub fn read(kind: Kind, root: &Element) -> Result<Request, Unreadable> {
        let header = super::part(root, "MessageHeader")?;
        let body = super::part(root, "MessageBody")?;
        let context = body
            .get(CONTEXT)
            .and_then(|json| serde_json::from_str(json).ok());
        Ok(Request {
            institution: needed(header, "MedicalInstitutionCode")?.to_owned(),
            identifier: header.get("ArbitraryFileIdentifier").map(str::to_owned),
            ask: read_ask(kind, header, body)?,
            context,
        })
    }
}

fn write_ask(ask: &Ask, kind: Kind, body: &mut Element) {
    match ask {
        Ask::People { searches, .. } => {
            for search in searches {
                body.push(search.write(field::insurer_in_request(&search.key.insurer)));
            }
        }
        Ask::Fetch { reception } => body.put("ReceptionNumber", reception),
        Ask::Register(entries) => {
            for entry in entries {
                body.push(entry.write(&field::insurer_in_request(&entry.key.insurer)));
            }
        }
        Ask::Medical(medical) => {
            if let Some(period) = medical.period.filter(|_| kind == Kind::Drug) {
                body.put("StartDate", &field::date(period.from));
                body.put("EndDate", &field::date(period.until));
            }
            body.put("FileCategory", if medical.pdf { "1" } else { "2" });
            let class = if medical.diagnosis { "2" } else { "1" };
            body.put("PrDiInfClassification", class);
            body.put("MedicalTreatmentFlag", CARE.code(medical.care));
        }
        Ask::Visits(visits) => {
            let (from, until) = visits.by.names();
            let mut search = Element::new(SEARCH);
            search.put(from, &field::date(visits.period.from));
            search.put(until, &field::date(visits.period.until));
            search.put("MedicalTreatmentFlag", CARE.code(visits.care));
            body.push(search);
        }
        Ask::Tickets { month } => {
            let mut search = Element::new(SEARCH);
            search.put("MedicalTreatmentMonth", &field::month(month));
            body.push(search);
        }
    }
}

fn read_ask(kind: Kind, header: &Element, body: &Element) -> Result<Ask, Unreadable> {
    Ok(match kind {
        Kind::Single | Kind::Bulk => {
            let searches = body
                .all(SEARCH)
                .map(Search::read)
                .collect::<Result<Vec<_>, _>>()?;
            if searches.is_empty() || (kind == Kind::Single && searches.len() > 1) {
                return Err(Unreadable::new(SEARCH, "is missing, or there are several"));
            }
            Ask::People {
                date: optional(header, "QualificationConfirmationDate", field::parse_date)?,
                searches,
            }
        }
        Kind::BulkResult
        | Kind::RegisterBulkResult
        | Kind::HomeVisitResult
        | Kind::OnlineResult
        | Kind::TicketsResult => Ask::Fetch {
            reception: needed(body, "ReceptionNumber")?.to_owned(),
        },
        Kind::Register | Kind::RegisterBulk => {
            let entries = body
                .all(REFERENCE_ENTRY)
                .map(ReferenceEntry::read)
                .collect::<Result<Vec<_>, _>>()?;
            if entries.is_empty() || (kind == Kind::Register && entries.len() > 1) {
                return Err(Unreadable::new(
                    REFERENCE_ENTRY,
                    "is missing, or there are several",
                ));
            }
            Ask::Register(entries)
        }
        Kind::Drug | Kind::Checkup => Ask::Medical(read_medical(header, body)?),
        Kind::HomeVisit | Kind::Online => Ask::Visits(Visits::read(super::part(body, SEARCH)?)?),
        Kind::Tickets => Ask::Tickets {
            month: required(
                super::part(body, SEARCH)?,
                "MedicalTreatmentMonth",
                field::parse_month,
            )?,
        },
    })
}

fn read_medical(header: &Element, body: &Element) -> Result<MedicalAsk, Unreadable> {
    let from = optional(body, "StartDate", field::parse_date)?;
    let until = optional(body, "EndDate", field::parse_date)?;
    let class = |code: &str| matches!(code, "1" | "2").then_some(code == "2");
    let category = |code: &str| matches!(code, "1" | "2").then_some(code == "1");
    Ok(MedicalAsk {
        key: InsuredKey {
            insurer: needed(header, "InsurerNumber")?.to_owned(),
            symbol: header.get("InsuranceCardSymbol").unwrap_or("").to_owned(),
            number: needed(header, "InsuredPersonIdentificationNumber")?.to_owned(),
            branch: header.get("BranchNumber").map(str::to_owned),
        },
        period: from.zip(until).map(|(from, until)| Period { from, until }),
        pdf: required(body, "FileCategory", category)?,
        diagnosis: optional(body, "PrDiInfClassification", class)?.unwrap_or(false),
        care: optional(body, "MedicalTreatmentFlag", |code| CARE.value(code))?.unwrap_or_default(),
    })
}

impl Search {
    /// Writes the search information with the insurer number as padded by the caller.
    pub(super) fn write(&self, insurer: String) -> Element {
        let mut element = Element::new(SEARCH);
        element.put("InsurerNumber", &insurer);
        element.put("InsuredCardSymbol", &self.key.symbol);
        element.put("InsuredIdentificationNumber", &self.key.number);
        element.put(
            "InsuredBranchNumber",
            self.key.branch.as_deref().unwrap_or(""),
        );
        element.put("Birthdate", &field::date(self.key.birth_date));
        let flag = if self.limit_consent {
            ConsentFlag::Given
        } else {
            ConsentFlag::No
        };
        element.put(
            "LimitApplicationCertificateRelatedConsFlg",
            CONSENT.code(flag),
        );
        element.put_some("ArbitraryIdentifier", self.identifier.as_deref());
        element
    }

    pub(super) fn read(element: &Element) -> Result<Search, Unreadable> {
        let flag = |code: &str| matches!(code, "0" | "1").then_some(code == "1");
        Ok(Search {
            key: NumberKey {
                insurer: needed(element, "InsurerNumber")?.to_owned(),
                symbol: element.get("InsuredCardSymbol").unwrap_or("").to_owned(),
                number: needed(element, "InsuredIdentificationNumber")?.to_owned(),
                branch: element.get("InsuredBranchNumber").map(str::to_owned),
                birth_date: required(element, "Birthdate", field::parse_date)?,
            },
            limit_consent: optional(element, "LimitApplicationCertificateRelatedConsFlg", flag)?
                .unwrap_or(false),
            identifier: element.get("ArbitraryIdentifier").map(str::to_owned),
        })
    }
}

impl ReferenceEntry {
    pub(super) fn write(&self, insurer: &str) -> Element {
        let mut element = Element::new(REFERENCE_ENTRY);
        element.put("ReferenceNumber", &self.reference);
        element.put("InsurerNumber", insurer);
        element.put("InsuredCardSymbol", &self.key.symbol);
        element.put("InsuredIdentificationNumber", &self.key.number);
        element.put(
            "InsuredBranchNumber",
            self.key.branch.as_deref().unwrap_or(""),
        );
        element
    }

    pub(super) fn read(element: &Element) -> Result<ReferenceEntry, Unreadable> {
        Ok(ReferenceEntry {
            reference: needed(element, "ReferenceNumber")?.to_owned(),
            key: InsuredKey {
                insurer: needed(element, "InsurerNumber")?.to_owned(),
                symbol: element.get("InsuredCardSymbol").unwrap_or("").to_owned(),
                number: needed(element, "InsuredIdentificationNumber")?.to_owned(),
                branch: element.get("InsuredBranchNumber").map(str::to_owned),
            },
        })
    }
}

impl ListedBy {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            ListedBy::Consent => ("ConsentDateFrom", "ConsentDateTo"),
            ListedBy::Examination => ("ExaminationDateFrom", "ExaminationDateTo"),
        }
    }
}

impl Visits {
    fn read(search: &Element) -> Result<Visits, Unreadable> {
        let by = if search.get("ConsentDateFrom").is_some() {
            ListedBy::Consent
        } else {
            ListedBy::Examination
        };
        let (from, until) = by.names();
        Ok(Visits {
            by,
            period: Period {
                from: required(search, from, field::parse_date)?,
                until: required(search, until, field::parse_date)?,
            },
            care: required(search, "MedicalTreatmentFlag", |code| CARE.value(code))?,
        })
    }
}
