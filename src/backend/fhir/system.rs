//! The names of FHIR, HL7, JP Core and this harness that stand in resources.
//!
//! JP Core's were looked up in its published profiles (`jami-fhir-jp-wg/jp-core-v1x`,
//! eligibility.md §5.1). Everything under [`LOCAL`] is a convention of this harness; the domain
//! `.invalid` can belong to nobody (RFC 2606), so that nobody takes it for official.

/// Where the conventions of this harness are named.
pub const LOCAL: &str = "http://uketsuke.invalid/fhir";
/// The extensions of this harness; a name follows.
pub const EXTENSION: &str = "http://uketsuke.invalid/fhir/StructureDefinition/";
/// The announcements of this harness in `CapabilityStatement.implementationGuide`; a name follows.
pub const GUIDE: &str = "http://uketsuke.invalid/fhir/ImplementationGuide/";
/// The tag that says SIMULATION.
pub const TAG: &str = "http://uketsuke.invalid/fhir/CodeSystem/tag";
/// The grounds of refusals: the words of [`crate::eligibility::Ground`].
pub const GROUND: &str = "http://uketsuke.invalid/fhir/CodeSystem/ground";
/// The codes of refusals, visibly synthetic: `SIM-…`.
pub const REFUSAL: &str = "http://uketsuke.invalid/fhir/CodeSystem/refusal";
/// What an item of the answer is about: `limit`.
pub const BENEFIT: &str = "http://uketsuke.invalid/fhir/CodeSystem/benefit";
/// The class of a limit, `A01` … `B10` (the values of OQSCD012, in a system of our own).
pub const LIMIT_CLASS: &str = "http://uketsuke.invalid/fhir/CodeSystem/limit-class";
/// The kind of medical information: the words of [`crate::eligibility::MedicalKind`].
pub const MEDICAL_KIND: &str = "http://uketsuke.invalid/fhir/CodeSystem/medical-kind";

/// Insurer number (保険者番号), JP Core.
pub const INSURER_NUMBER: &str = "urn:oid:1.2.392.100495.20.3.61";
/// Institution code of 10 digits (医療機関コード), JP Core.
pub const INSTITUTION: &str =
    "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
/// Insurer, symbol, number and branch in one text, joined by colons, JP Core.
pub const SUBSCRIBER_ID: &str = "http://jpfhir.jp/fhir/core/Idsystem/JP_Insurance_SubscriberID";
/// The same as comma-separated values in quotation marks, JP Core.
pub const SUBSCRIBER_CSV: &str = "http://jpfhir.jp/fhir/core/Idsystem/JP_Insurance_SubscriberCsvID";
/// Symbol (記号), JP Core.
pub const SYMBOL: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSymbol";
/// Number (番号), JP Core.
pub const NUMBER: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonNumber";
/// Branch number (枝番), JP Core.
pub const BRANCH: &str =
    "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Coverage_InsuredPersonSubNumber";
/// Insured themself (1) or family (2), JP Core.
pub const RELATIONSHIP: &str = "urn:oid:1.2.392.100495.20.2.62";
/// The kind of insurance: 1 医保, 2 国保, 7 後期高齢者, 8 公費, JP Core.
pub const COVERAGE_TYPE: &str = "urn:oid:1.2.392.100495.20.2.61";

/// Which script a name is in: `IDE` (kanji) or `SYL` (kana), as JP Core has it.
pub const REPRESENTATION: &str =
    "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation";
/// Whose relation to the subscriber: `self`, `spouse`, `child`, …, HL7.
pub const SUBSCRIBER_RELATIONSHIP: &str =
    "http://terminology.hl7.org/CodeSystem/subscriber-relationship";
/// What a patient pays: `copaypct` is a share in percent, HL7.
pub const COPAY: &str = "http://terminology.hl7.org/CodeSystem/coverage-copay-type";
/// Units of measure, UCUM.
pub const UCUM: &str = "http://unitsofmeasure.org";
