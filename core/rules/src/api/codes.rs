//! Codes: what ICD-10-CM says of one, and the pack's own classes.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};
use scrubjay_hooks::{CodeBooks, DiagnosisStanding};

use super::date::Date;
use super::{Api, Kind, fault, frame, maybe};
use crate::codes::CodeKind;
use crate::frame::Frame;

/// A diagnosis code, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct Icd10Ref {
    code: ImmutableString,
    books: Arc<dyn CodeBooks>,
}

/// A class of the pack, in a script's hand: `@` and its name.
#[derive(Debug, Clone)]
pub(crate) struct ClassRef(ImmutableString);

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<Icd10Ref>("icd10")
        .register_type_with_name::<ClassRef>("class");
    icd10(api, shared);
    class(api, shared);
}

fn icd10(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const ICD10: Kind = Kind::Icd10;
    const DAY: &[(&str, Kind)] = &[("day", Kind::Date)];
    let books = Arc::clone(shared);
    api.call(
        Kind::Any,
        "icd10",
        &[("code", Kind::Text)],
        ICD10,
        "What ICD-10-CM says of a code, with or without its point: `icd10(\"E11.9\").exists()`. Whether something can be said depends on the releases at hand, so compare the answers: `icd10(dx).billable_on(day) == false`.",
        move |code: ImmutableString| Icd10Ref {
            code,
            books: Arc::clone(frame(&books).tables.books()),
        },
    )
    .get(ICD10, "code", Kind::Text, "The code as it was asked for.", |asked: &mut Icd10Ref| asked.code.clone())
    .call(
        ICD10,
        "exists",
        &[],
        Kind::Bool,
        "Whether any release has the code; missing where none is at hand.",
        |asked: Icd10Ref| -> Dynamic { maybe(asked.books.icd10_exists(&asked.code)) },
    )
    .call(
        ICD10,
        "valid_on",
        DAY,
        Kind::Bool,
        "Whether the release of that day has the code, as a code or a heading; missing where no release covers the day.",
        |asked: Icd10Ref, day: Date| -> Dynamic {
            answer(&asked, day, |standing| standing != DiagnosisStanding::Absent)
        },
    )
    .call(
        ICD10,
        "billable_on",
        DAY,
        Kind::Bool,
        "Whether the code may be billed on that day: a heading such as `E11` may not. Missing where no release covers the day.",
        |asked: Icd10Ref, day: Date| -> Dynamic {
            answer(&asked, day, |standing| standing == DiagnosisStanding::Billable)
        },
    );
}

fn answer(asked: &Icd10Ref, day: Date, is: impl Fn(DiagnosisStanding) -> bool) -> Dynamic {
    let standing = asked.books.icd10_on(&asked.code, day.0);
    maybe((standing != DiagnosisStanding::Unknown).then(|| is(standing)))
}

fn class(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    const CLASS: Kind = Kind::Class;
    const CODE: &[(&str, Kind)] = &[("code", Kind::Text)];
    type Answer = Result<bool, Box<EvalAltResult>>;
    let tables = Arc::clone(shared);
    api.call(
        Kind::Any,
        "class",
        &[("name", Kind::Text)],
        CLASS,
        "A class of the pack: the codes, ranges and prefixes in the first column of the table of that name.",
        move |name: &str| -> Result<ClassRef, Box<EvalAltResult>> {
            let name = name.trim_start_matches('@');
            match frame(&tables).tables.find(name) {
                Some(_) => Ok(ClassRef(format!("@{name}").into())),
                None => Err(fault("the pack has no such table")),
            }
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CLASS,
        "contains",
        CODE,
        Kind::Bool,
        "Whether the code is in the class: `class(\"therapy\").contains(line.procedure)`.",
        move |class: ClassRef, code: &str| -> Answer {
            Ok(frame(&sets).set(&class.0, CodeKind::Plain)?.contains(code))
        },
    );
    let sets = Arc::clone(shared);
    api.call(
        CLASS,
        "contains_dx",
        CODE,
        Kind::Bool,
        "Whether the diagnosis, or one above it, is in the class.",
        move |class: ClassRef, code: &str| -> Answer {
            let set = frame(&sets).set(&class.0, CodeKind::Diagnosis)?;
            Ok(set.contains(&code.replace('.', "")))
        },
    );
}
