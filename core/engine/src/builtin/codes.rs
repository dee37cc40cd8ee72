//! A code is valid on the day of service, not on the day of billing.

use chrono::NaiveDate;
use scrubjay_hooks::DiagnosisStanding;
use scrubjay_model::{Claim, ClaimKind};

use super::{Desk, Found, carcs, field};

/// Every diagnosis is one that may be billed in the release of its day
/// (ICD-10-CM Official Guidelines; 45 CFR 162.1002). The list that is compiled
/// in may be behind, so that a person may pass it.
pub(super) fn diagnoses(desk: &Desk<'_>) -> Vec<Found> {
    let claim = desk.subject.claim;
    let Some(day) = day_of_codes(claim) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (diagnosis, place) in claim.diagnoses.iter().zip(1..) {
        if !is_icd10(&diagnosis.qualifier) {
            continue;
        }
        let code = diagnosis.code.text();
        let what = match desk.codes.icd10_on(&code, day) {
            DiagnosisStanding::Billable | DiagnosisStanding::Unknown => continue,
            DiagnosisStanding::Heading => "is a heading there: bill a longer code",
            DiagnosisStanding::Absent => "is not in it: mend the code",
        };
        found.push(Found {
            prevents: carcs(&["146", "16"]),
            cite: Some("45 CFR 162.1002"),
            overridable: true,
            ..Found::fault(
                format!("diagnosis {place}, `{code}`, in ICD-10-CM of {day}: it {what}"),
                field("diagnoses"),
            )
        });
    }
    found
}

/// The day by which codes are chosen: of the first service, on institutional
/// claims of the discharge.
fn day_of_codes(claim: &Claim) -> Option<NaiveDate> {
    match claim.kind {
        ClaimKind::Institutional => claim.service_to(),
        _ => claim.service_from(),
    }
}

/// HI qualifiers of ICD-10-CM begin with `A`, those of ICD-9-CM with `B`.
fn is_icd10(qualifier: &str) -> bool {
    matches!(qualifier, "ABK" | "ABF" | "ABJ" | "ABN" | "APR")
}
