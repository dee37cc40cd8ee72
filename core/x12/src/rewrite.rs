//! Writes a file back as it came, but for what was changed in it.

use std::ops::Range;

use crate::emit::Out;
use crate::token::Segments;
use crate::write::{Lines, WriteError};
use crate::{FileError, Interchange, SegmentBuf, TransactionSet};

/// Why a file cannot be written back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RewriteError {
    /// The original cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A changed value cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The sets were read from another file.
    #[error(
        "segment {0} of the original is not the one that was read; pass the bytes that the sets came from"
    )]
    OtherFile(usize),
}

/// The file with the changes that were made to its sets: every segment that
/// nobody touched comes back byte for byte, blanks and line ends before it
/// included. Segments may be changed, added and taken out; SE01 follows. Sets
/// keep their order, and envelopes stay as they are.
///
/// # Errors
/// Where `original` is not what the interchanges were read from, or a changed
/// value holds a delimiter.
///
/// ```
/// use scrubjay_x12::{read, rewrite};
/// let file = include_bytes!("../fixtures/reversal-and-correction.835");
/// let mut interchanges = read(file).unwrap();
/// assert_eq!(rewrite(file, &interchanges)?, file);
/// let trn = interchanges[0].sets[0].root.segments.iter_mut().find(|s| s.id == "TRN").unwrap();
/// trn.set(2, "EFT9");
/// let changed = String::from_utf8(rewrite(file, &interchanges)?).unwrap();
/// assert_eq!(changed, String::from_utf8_lossy(file).replace("EFT0000101", "EFT9"));
/// # Ok::<(), scrubjay_x12::RewriteError>(())
/// ```
pub fn rewrite(original: &[u8], interchanges: &[Interchange]) -> Result<Vec<u8>, RewriteError> {
    let spans = spans_of(original)?;
    let mut out = Vec::with_capacity(original.len());
    // The next segment of the original, by index.
    let mut next = 0;
    for interchange in interchanges {
        for set in &interchange.sets {
            let first = set.at.segment.saturating_sub(1);
            copy(original, &spans, next..first, &mut out);
            let end = end_of(&spans, first);
            write_set(original, &spans[..end], first, set, interchange, &mut out)?;
            next = end;
        }
    }
    copy(original, &spans, next..spans.len(), &mut out);
    let tail = spans.last().map_or(0, |span| span.end);
    out.extend_from_slice(original.get(tail..).unwrap_or_default());
    Ok(out)
}

/// Where a segment of the original lies.
struct Span {
    /// Where the blanks before it begin.
    blanks: usize,
    /// Its own bytes, without terminator.
    own: Range<usize>,
    /// Behind its terminator.
    end: usize,
    /// Whether it ends a set, or begins what can stand in no set.
    kind: Kind,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    SetEnd,
    Envelope,
    Other,
}

fn spans_of(original: &[u8]) -> Result<Vec<Span>, FileError> {
    let mut segments = Segments::new(original);
    let mut spans = Vec::new();
    let mut before = 0;
    while let Some(segment) = segments.advance()? {
        let begin = segment.position().offset;
        let end = segments.offset();
        spans.push(Span {
            blanks: before,
            own: begin..begin + segment.raw().len(),
            end,
            kind: match segment.id() {
                "SE" => Kind::SetEnd,
                "ISA" | "GS" | "ST" | "GE" | "IEA" => Kind::Envelope,
                _ => Kind::Other,
            },
        });
        before = end;
    }
    Ok(spans)
}

/// The index behind the last segment of the set that begins at `first`.
fn end_of(spans: &[Span], first: usize) -> usize {
    let mut at = first + 1;
    while let Some(span) = spans.get(at) {
        match span.kind {
            Kind::SetEnd => return at + 1,
            Kind::Envelope => return at,
            Kind::Other => at += 1,
        }
    }
    at.min(spans.len())
}

fn copy(original: &[u8], spans: &[Span], which: Range<usize>, out: &mut Vec<u8>) {
    for span in spans.get(which).unwrap_or_default() {
        out.extend_from_slice(&original[span.blanks..span.end]);
    }
}

fn write_set(
    original: &[u8],
    spans: &[Span],
    first: usize,
    set: &TransactionSet,
    interchange: &Interchange,
    out: &mut Vec<u8>,
) -> Result<(), RewriteError> {
    let segments = set.root.all_segments();
    let count = segments.len();
    let same_count = count == spans.len().saturating_sub(first);
    // What stands between segments of this set, for those that are new.
    let blanks = spans
        .get(first + 1)
        .map_or(&b""[..], |span| &original[span.blanks..span.own.start]);
    for segment in segments {
        let span = match segment.position {
            Some(at) => {
                let index = at.segment.wrapping_sub(1);
                let span = spans.get(index).filter(|_| index >= first);
                let span = span.ok_or(RewriteError::OtherFile(at.segment))?;
                if segment.is_as_read() && &original[span.own.clone()] != segment.raw() {
                    return Err(RewriteError::OtherFile(at.segment));
                }
                Some(span)
            }
            None => None,
        };
        let counted = (segment.id == "SE" && !same_count).then(|| {
            let mut se = segment.clone();
            se.set(1, count.to_string());
            se
        });
        let segment: &SegmentBuf = counted.as_ref().unwrap_or(segment);
        match span {
            Some(span) if segment.is_as_read() => {
                out.extend_from_slice(&original[span.blanks..span.end]);
            }
            Some(span) => {
                out.extend_from_slice(&original[span.blanks..span.own.start]);
                let mut written = written(segment, interchange)?;
                // The terminator as it came, with what stood before it.
                written.pop();
                out.extend_from_slice(&written);
                out.extend_from_slice(&original[span.own.end..span.end]);
            }
            None => {
                out.extend_from_slice(blanks);
                out.extend_from_slice(&written(segment, interchange)?);
            }
        }
    }
    Ok(())
}

fn written(segment: &SegmentBuf, interchange: &Interchange) -> Result<Vec<u8>, WriteError> {
    let mut one = Out::new(interchange.delimiters, Lines::Unbroken);
    one.segment(segment, "ST", None)?;
    Ok(one.bytes)
}
