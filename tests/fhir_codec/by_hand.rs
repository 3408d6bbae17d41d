//! Resources written by hand, as FHIR R4 and JP Core have them, and what they mean.
