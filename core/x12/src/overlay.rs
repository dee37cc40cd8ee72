//! A payer's companion guide over a guide: a few rules in YAML.

use std::sync::Arc;

use serde::Deserialize;

use crate::fault::Ask;
use crate::guide::{Guide, LoopDef, guide_named};
use crate::{Fault, FaultKind, Loop, Position, SegmentBuf};

/// The most rules that one overlay may have.
pub const MAX_OVERLAY_RULES: usize = 1_000;

/// What a payer asks for beyond its guide.
///
/// A place is written `2300` for a loop, `2010BA/REF*SY` for a segment, and
/// `2300/CLM-5-3` for an element or component. `when` names an element of the
/// same loop (of the loop around it, where the place is a loop) and its values.
///
/// ```
/// use scrubjay_x12::{Overlay, read, validate_with};
/// let overlay = Overlay::from_yaml("
/// name: Blue Heron, companion guide 2026
/// guide: '835'
/// require:
///   - at: 2100/REF*EA
///     when: CLP-2=1
///     because: section 4.2
/// limit:
///   - at: 2100/CLP-1
///     length: 20
/// ")?;
/// let file = read(include_bytes!("../fixtures/reversal-and-correction.835")).unwrap();
/// let faults = validate_with(&file[0].sets[0], &[&overlay]);
/// assert_eq!(faults.len(), 2);
/// assert_eq!(faults[0].text(), "the payer requires it and it is missing (2100/REF*EA: section 4.2)");
/// # Ok::<(), scrubjay_x12::OverlayError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Overlay {
    name: String,
    guide: &'static Guide,
    rules: Vec<Rule>,
}

/// Why an overlay cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OverlayError {
    /// It is no YAML of this form.
    #[error("the overlay cannot be read: {0}")]
    Form(#[from] serde_yaml::Error),
    /// There is no such guide.
    #[error(
        "there is no guide `{0}`; name it as 837P, 837I, 837D, 835, 270, 271, 276, 277, 277CA, 278, 278R or 999"
    )]
    Guide(String),
    /// A place that its guide does not have.
    #[error(
        "guide {guide} has no `{place}`; write LOOP, LOOP/SEGMENT*QUALIFIER or LOOP/SEGMENT-ELEMENT-COMPONENT"
    )]
    Place {
        /// The guide.
        guide: &'static str,
        /// The place as written.
        place: String,
    },
    /// A limit that is neither of length nor of times.
    #[error("`{0}`: a limit has `length` (of an element) or `times` (of a segment or loop)")]
    Limit(String),
    /// A condition that is not of its form.
    #[error("`{0}`: a condition is written SEGMENT-ELEMENT-COMPONENT=VALUE,VALUE")]
    Condition(String),
    /// Too many rules.
    #[error("an overlay has at most {MAX_OVERLAY_RULES} rules")]
    TooMany,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    guide: String,
    #[serde(default)]
    require: Vec<WrittenRule>,
    #[serde(default)]
    forbid: Vec<WrittenRule>,
    #[serde(default)]
    limit: Vec<WrittenRule>,
    #[serde(default)]
    codes: Vec<WrittenRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    at: String,
    when: Option<String>,
    because: Option<String>,
    length: Option<u32>,
    times: Option<u32>,
    #[serde(default)]
    any: Vec<String>,
}

#[derive(Debug, Clone)]
struct Rule {
    loop_id: &'static str,
    /// Segment id and the qualifiers that it must have; none for a loop.
    segment: Option<(String, Vec<String>)>,
    element: usize,
    component: usize,
    ask: Ask,
    codes: Vec<String>,
    when: Option<Condition>,
    text: Arc<str>,
}

#[derive(Debug, Clone)]
struct Condition {
    segment: String,
    element: usize,
    component: usize,
    values: Vec<String>,
}

impl Overlay {
    /// Reads an overlay.
    ///
    /// # Errors
    /// Where the text is not of the form, or names a guide or place that is not there.
    pub fn from_yaml(text: &str) -> Result<Self, OverlayError> {
        let written: Written = serde_yaml::from_str(text)?;
        let guide = guide_named(&written.guide)
            .ok_or_else(|| OverlayError::Guide(written.guide.clone()))?;
        let count = written.require.len()
            + written.forbid.len()
            + written.limit.len()
            + written.codes.len();
        if count > MAX_OVERLAY_RULES {
            return Err(OverlayError::TooMany);
        }
        let mut rules = Vec::with_capacity(count);
        for rule in written.require {
            rules.push(Rule::of(guide, rule, Ask::Require)?);
        }
        for rule in written.forbid {
            rules.push(Rule::of(guide, rule, Ask::Forbid)?);
        }
        for rule in written.limit {
            let ask = match (rule.length, rule.times) {
                (Some(most), None) => Ask::Length(most),
                (None, Some(most)) => Ask::Times(most),
                _ => return Err(OverlayError::Limit(rule.at)),
            };
            rules.push(Rule::of(guide, rule, ask)?);
        }
        for rule in written.codes {
            rules.push(Rule::of(guide, rule, Ask::Codes)?);
        }
        Ok(Self {
            name: written.name,
            guide,
            rules,
        })
    }

    /// What it calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The guide that it stands over.
    #[must_use]
    pub const fn guide(&self) -> &'static Guide {
        self.guide
    }

    pub(crate) fn check(
        &self,
        guide: &'static Guide,
        def: &'static LoopDef,
        content: &Loop,
        begins: Position,
        faults: &mut Vec<Fault>,
    ) {
        if !std::ptr::eq(self.guide, guide) {
            return;
        }
        for rule in &self.rules {
            match rule.segment {
                Some(_) if rule.loop_id == def.id => {
                    if rule.applies(content) {
                        rule.check_segments(content, begins, faults);
                    }
                }
                None => {
                    let holds = def
                        .children
                        .iter()
                        .any(|child| guide.loops[*child].id == rule.loop_id);
                    if holds && rule.applies(content) {
                        rule.check_loops(content, begins, faults);
                    }
                }
                Some(_) => {}
            }
        }
    }
}

impl Rule {
    fn of(guide: &'static Guide, written: WrittenRule, ask: Ask) -> Result<Self, OverlayError> {
        let unknown = || OverlayError::Place {
            guide: guide.transaction(),
            place: written.at.clone(),
        };
        let (loop_id, rest) = match written.at.split_once('/') {
            Some((loop_id, rest)) => (loop_id, Some(rest)),
            None => (written.at.as_str(), None),
        };
        let def = guide.def_of(loop_id).ok_or_else(unknown)?;
        let mut element = 0;
        let mut component = 0;
        let segment = match rest {
            None => None,
            Some(rest) => {
                let mut numbers = rest.split('-');
                let label = numbers.next().unwrap_or_default();
                let mut number = || match numbers.next() {
                    Some(text) => text.parse().map_err(|_| unknown()),
                    None => Ok(0),
                };
                element = number()?;
                component = number()?;
                let mut parts = label.split('*').map(str::to_owned);
                let id = parts.next().unwrap_or_default();
                let known = guide.loops[def].slots.iter().any(|slot| slot.id == id);
                if !known {
                    return Err(unknown());
                }
                Some((id, parts.collect()))
            }
        };
        let of_element = matches!(ask, Ask::Length(_) | Ask::Codes);
        if of_element != (element > 0) && (of_element || matches!(ask, Ask::Times(_))) {
            return Err(OverlayError::Limit(written.at));
        }
        let text = match &written.because {
            Some(because) => format!("{}: {because}", written.at),
            None => written.at.clone(),
        };
        Ok(Self {
            loop_id: guide.loops[def].id,
            segment,
            element,
            component,
            ask,
            codes: written.any,
            when: written.when.as_deref().map(Condition::of).transpose()?,
            text: text.into(),
        })
    }

    fn applies(&self, content: &Loop) -> bool {
        self.when
            .as_ref()
            .is_none_or(|condition| condition.holds(content))
    }

    fn fault(&self, position: Position, id: &str) -> Fault {
        let mut fault = Fault::new(position, FaultKind::Overlay(self.ask), id).within(self.loop_id);
        if self.element > 0 {
            fault = fault.at_element(self.element);
            fault = fault.at_component(Some(self.component).filter(|number| *number > 0));
        }
        fault.rule = Some(Arc::clone(&self.text));
        fault
    }

    fn is_meant(&self, segment: &SegmentBuf) -> bool {
        self.segment.as_ref().is_some_and(|(id, qualifiers)| {
            segment.id == *id
                && qualifiers.iter().zip(1..).all(|(value, number)| {
                    value.is_empty() || segment.component(number, 1) == value
                })
        })
    }

    fn value<'s>(&self, segment: &'s SegmentBuf) -> &'s str {
        match self.component {
            0 => segment.element(self.element),
            component => segment.component(self.element, component),
        }
    }

    fn check_segments(&self, content: &Loop, begins: Position, faults: &mut Vec<Fault>) {
        let id = self.segment.as_ref().map_or("", |(id, _)| id.as_str());
        let mut count = 0;
        for segment in content.segments.iter().filter(|own| self.is_meant(own)) {
            count += 1;
            let at = segment.position.unwrap_or(begins);
            let value = self.value(segment);
            let wrong = match self.ask {
                Ask::Require => self.element > 0 && value.is_empty(),
                Ask::Forbid => self.element == 0 || !value.is_empty(),
                Ask::Length(most) => value.chars().count() > most as usize,
                Ask::Codes => !value.is_empty() && !self.codes.iter().any(|code| code == value),
                Ask::Times(most) => Some(count) == most.checked_add(1),
            };
            if wrong {
                faults.push(self.fault(at, id));
            }
        }
        if self.ask == Ask::Require && self.element == 0 && count == 0 {
            faults.push(self.fault(begins, id));
        }
    }

    fn check_loops(&self, content: &Loop, begins: Position, faults: &mut Vec<Fault>) {
        let mut count = 0;
        for inner in content.children(self.loop_id) {
            count += 1;
            let opener = inner.segments.first();
            let at = opener.and_then(|own| own.position).unwrap_or(begins);
            let wrong = match self.ask {
                Ask::Forbid => true,
                Ask::Times(most) => Some(count) == most.checked_add(1),
                _ => false,
            };
            if wrong {
                faults.push(self.fault(at, opener.map_or("", |own| own.id.as_str())));
            }
        }
        if self.ask == Ask::Require && count == 0 {
            let opener = content.segments.first();
            faults.push(self.fault(begins, opener.map_or("", |own| own.id.as_str())));
        }
    }
}

impl Condition {
    fn of(text: &str) -> Result<Self, OverlayError> {
        let wrong = || OverlayError::Condition(text.to_owned());
        let (place, values) = text.split_once('=').ok_or_else(wrong)?;
        let mut parts = place.split('-');
        let segment = parts.next().unwrap_or_default().to_owned();
        let number = |part: Option<&str>, otherwise| match part {
            Some(text) => text.parse().map_err(|_| wrong()),
            None => otherwise,
        };
        Ok(Self {
            segment,
            element: number(parts.next(), Err(wrong()))?,
            component: number(parts.next(), Ok(1))?,
            values: values.split(',').map(str::to_owned).collect(),
        })
    }

    fn holds(&self, content: &Loop) -> bool {
        content.segments_with(&self.segment).any(|segment| {
            let value = segment.component(self.element, self.component);
            self.values.iter().any(|listed| listed == value)
        })
    }
}

#[cfg(test)]
#[path = "overlay_tests.rs"]
mod tests;
