//! What could not be read or written, where, and what to do about it.

use scrubjay_model::ClaimId;
use scrubjay_x12::Position;

/// What is wrong with an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ElementError {
    /// It is empty and must not be.
    #[error("is missing")]
    Missing,
    /// It should be dollars with at most two decimals.
    #[error("is no amount of dollars and cents")]
    NotAnAmount,
    /// It should be a number of units.
    #[error("is no quantity")]
    NotAQuantity,
    /// It should be a control number.
    #[error("is no control number")]
    NotAControlNumber,
    /// It should be a date.
    #[error("is no date")]
    NotADate,
    /// It should be a code of its list.
    #[error("is no code of its list")]
    NotACode,
    /// It should be a procedure code.
    #[error("is no procedure code")]
    NotAProcedure,
}

/// What cannot be read, where, and what to do. Never carries the data itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The transaction is of another kind.
    #[error("{at} (ST): the transaction is not {expected}; check that this is the right file")]
    WrongTransaction {
        /// Where its ST stands.
        at: Position,
        /// What was expected.
        expected: &'static str,
    },
    /// A segment that must be there is not.
    #[error("{at}: loop {loop_id} has no {segment}; ask the sender to correct and send it again")]
    MissingSegment {
        /// Where the loop begins.
        at: Position,
        /// Loop.
        loop_id: &'static str,
        /// Segment.
        segment: &'static str,
    },
    /// An element cannot be what it is meant to be.
    #[error(
        "{at} ({segment}, loop {loop_id}): element {element} {problem}; ask the sender to correct and send it again"
    )]
    Element {
        /// Where the segment stands.
        at: Position,
        /// Loop.
        loop_id: &'static str,
        /// Segment.
        segment: &'static str,
        /// Element, from 1.
        element: usize,
        /// What is wrong with it.
        problem: ElementError,
    },
}

impl ReadError {
    /// Where it went wrong.
    #[must_use]
    pub const fn position(&self) -> Position {
        match self {
            Self::WrongTransaction { at, .. }
            | Self::MissingSegment { at, .. }
            | Self::Element { at, .. } => *at,
        }
    }
}

/// What a claim lacks, or has too much of, to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClaimError {
    /// It names no coverage.
    #[error("it goes to no payer; give it a coverage")]
    NoCoverage,
    /// The patient is a dependent of nobody.
    #[error("its patient is not the subscriber, and no subscriber is named; name one")]
    NoSubscriber,
    /// A remittance names its payee without any id.
    #[error("its payee has neither NPI nor tax number (loop 1000B, N1 element 4); give it one")]
    NoPayeeId,
    /// A question or answer names its payer without an id.
    #[error("its payer has no id (loop {loop_id}, NM1 element 9); give it one")]
    NoPayerId {
        /// Loop.
        loop_id: &'static str,
    },
    /// A question or answer names its provider without an id.
    #[error(
        "its provider has neither NPI nor tax number (loop {loop_id}, NM1 element 9); give it one"
    )]
    NoProviderId {
        /// Loop.
        loop_id: &'static str,
    },
    /// A value is longer than its element.
    #[error("its {what} has more than {limit} characters (loop {loop_id}); shorten it")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// How many characters there may be.
        limit: usize,
        /// Loop.
        loop_id: &'static str,
    },
    /// The maker of a trace number is not named in ten characters.
    #[error(
        "its trace number's originator (loop {loop_id}, TRN element 3) has not ten characters; use 1 and the tax number, or 9 and nine characters of your own"
    )]
    Originator {
        /// Loop.
        loop_id: &'static str,
    },
    /// A payer beyond the third.
    #[error("another payer comes later than third (loop 2120); an answer knows three in order")]
    LaterPayer,
    /// A rejection of a level that the transaction does not have.
    #[error("a rejection is about a loop that this answer does not have; name one that it has")]
    RejectedLevel,
    /// Something that the transaction cannot do without.
    #[error("it has no {what} (loop {loop_id}); give it one")]
    Lacks {
        /// What.
        what: &'static str,
        /// Loop.
        loop_id: &'static str,
    },
    /// Several services share one count of units, beside others.
    #[error(
        "only one of its services can stand for several procedures, and then it stands alone; ask for the others apart"
    )]
    SharedUnits,
    /// A list is longer than its segment.
    #[error("it has more than {limit} {what} in loop {loop_id}; split it")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many there may be.
        limit: usize,
        /// Loop.
        loop_id: &'static str,
    },
    /// A value holds a delimiter or a control character.
    #[error(
        "loop {loop_id}, {segment} element {element} holds a character that X12 uses as a delimiter; take it out"
    )]
    DelimiterInData {
        /// Loop.
        loop_id: &'static str,
        /// Segment.
        segment: &'static str,
        /// Element, from 1.
        element: usize,
    },
}

/// Why nothing was written. Never carries the data itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// There is nothing to write.
    #[error("there is nothing to write")]
    Nothing,
    /// Claims of several kinds in one batch.
    #[error("claim {claim} is of another kind than the first of its batch; send each kind apart")]
    MixedKinds {
        /// The first claim of another kind.
        claim: ClaimId,
    },
    /// A claim cannot be written as it stands. The others can, without it.
    #[error("claim {claim} cannot be written: {problem}")]
    Claim {
        /// Which.
        claim: ClaimId,
        /// What is wrong with it.
        problem: ClaimError,
    },
    /// One of several questions or answers cannot be written as it stands. The
    /// others can, without it.
    #[error("number {number} of the questions or answers cannot be written: {problem}")]
    Exchange {
        /// Which, 1-based.
        number: usize,
        /// What is wrong with it.
        problem: ClaimError,
    },
    /// A remittance cannot be written as it stands.
    #[error("the remittance cannot be written: {0}")]
    Value(ClaimError),
    /// The file as a whole cannot be written.
    #[error(transparent)]
    X12(#[from] scrubjay_x12::WriteError),
}
