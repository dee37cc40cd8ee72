//! Why a value was refused: what it should have been, never what it was.

/// What kind of value was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueKind {
    /// A dollar amount.
    Money,
    /// A National Provider Identifier.
    Npi,
    /// An ICD-10-CM code.
    Icd10,
    /// A procedure code (HCPCS, CPT or other, by qualifier).
    Procedure,
    /// A procedure modifier.
    Modifier,
    /// A place-of-service code.
    PlaceOfService,
    /// A claim adjustment reason code.
    Carc,
    /// A remittance advice remark code.
    Rarc,
    /// A claim adjustment group code.
    GroupCode,
    /// A type of service of a benefit.
    ServiceType,
    /// A control number or identifier.
    Identifier,
}

/// A value that cannot be what it is meant to be.
///
/// The text says what was expected and how the value fell short. It never
/// repeats the value, since that may be a patient's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{expected}: {problem}")]
pub struct ValueError {
    kind: ValueKind,
    expected: &'static str,
    problem: &'static str,
}

impl ValueError {
    /// An error for `kind`, saying what was expected and what is wrong.
    #[must_use]
    pub const fn new(kind: ValueKind, expected: &'static str, problem: &'static str) -> Self {
        Self {
            kind,
            expected,
            problem,
        }
    }

    /// What kind of value was expected.
    #[must_use]
    pub const fn kind(&self) -> ValueKind {
        self.kind
    }
}
