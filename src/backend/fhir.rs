//! FHIR R4: `CoverageEligibilityRequest` and `CoverageEligibilityResponse`.
