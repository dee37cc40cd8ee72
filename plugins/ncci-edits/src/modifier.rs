//! Modifiers that part a pair whose modifier indicator is 1.

/// CMS, NCCI Policy Manual for Medicare, chapter I, section E.
const PARTING: [&str; 44] = [
    // Where on the body: eyelids, fingers, toes, sides, coronary arteries.
    "E1", "E2", "E3", "E4", //
    "FA", "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", //
    "TA", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", //
    "LT", "RT", "LC", "LD", "LM", "RC", "RI", //
    // Around the global period of an operation.
    "24", "25", "57", "58", "78", "79", //
    // Separate services.
    "27", "59", "91", "XE", "XS", "XP", "XU", //
];

/// Whether a modifier says that the service is separate from the other's.
pub(crate) fn parts(modifier: &str) -> bool {
    PARTING.contains(&modifier)
}
