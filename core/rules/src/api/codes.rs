//! Codes: what ICD-10-CM says of one, and the pack's own classes.

use std::sync::{Arc, Mutex};

use rhai::{Dynamic, EvalAltResult, ImmutableString};
use scrubjay_hooks::{CodeBooks, DiagnosisStanding, ProcedureStanding};

use super::date::Date;
use super::edits::{books, text};
use super::{Api, Kind, fault, frame, maybe};
use crate::codes::CodeKind;
use crate::frame::Frame;

/// A diagnosis code, in a script's hand.
#[derive(Debug, Clone)]
pub(crate) struct Icd10Ref {
    code: ImmutableString,
    books: Arc<dyn CodeBooks>,
}

/// A procedure code, as HCPCS knows it, in a script's hand. A line may have none.
#[derive(Debug, Clone)]
pub(crate) struct HcpcsRef {
    code: Option<ImmutableString>,
    books: Arc<dyn CodeBooks>,
}

/// A class of codes, in a script's hand: `@` and its name.
#[derive(Debug, Clone)]
pub(crate) struct ClassRef(ImmutableString);

pub(crate) fn register(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    api.engine
        .register_type_with_name::<Icd10Ref>("icd10")
        .register_type_with_name::<HcpcsRef>("hcpcs")
        .register_type_with_name::<ClassRef>("class");
    icd10(api, shared);
    hcpcs(api, shared);
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
    )
    .call(
        ICD10,
        "is_manifestation",
        &[],
        Kind::Bool,
        "Whether it is the manifestation of a disease that must be coded before it; missing where no release at hand has the code.",
        |asked: Icd10Ref| -> Dynamic { maybe(asked.books.icd10_is_manifestation(&asked.code)) },
    )
    .call(
        ICD10,
        "excludes",
        &[("other", Kind::Text)],
        Kind::Bool,
        "Whether a note of ICD-10-CM keeps the two apart (Excludes1), which is a reason to look and no error by itself; missing where no notes are at hand.",
        |asked: Icd10Ref, other: &str| -> Dynamic {
            maybe(asked.books.icd10_excludes1(&asked.code, other))
        },
    );
}

fn answer(asked: &Icd10Ref, day: Date, is: impl Fn(DiagnosisStanding) -> bool) -> Dynamic {
    let standing = asked.books.icd10_on(&asked.code, day.0);
    maybe((standing != DiagnosisStanding::Unknown).then(|| is(standing)))
}

fn hcpcs(api: &mut Api<'_>, shared: &Arc<Mutex<Frame>>) {
    let shared = Arc::clone(shared);
    api.call(
        Kind::Any,
        "hcpcs",
        &[("code", Kind::Text)],
        Kind::Hcpcs,
        "What HCPCS Level II, as the practice imported it, says of a procedure code: `hcpcs(line.procedure).valid_on(line.from) == false`.",
        move |code: Dynamic| -> Result<HcpcsRef, Box<EvalAltResult>> {
            Ok(HcpcsRef {
                code: text(code, "hcpcs", "code")?,
                books: books(&shared),
            })
        },
    )
    .call(
        Kind::Hcpcs,
        "valid_on",
        &[("day", Kind::Date)],
        Kind::Bool,
        "Whether the release of that day has the code; missing, not false, where no release covers the day, of CPT and CDT codes that no table has, and where the code is missing.",
        |asked: HcpcsRef, day: Date| -> Dynamic {
            let standing = asked
                .code
                .map_or(ProcedureStanding::Unknown, |code| asked.books.procedure_on(&code, day.0));
            maybe(match standing {
                ProcedureStanding::InForce => Some(true),
                ProcedureStanding::NotInForce => Some(false),
                ProcedureStanding::Unknown => None,
            })
        },
    );
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
        "A class of codes: the codes, ranges and prefixes in the first column of the pack's table of that name, else the class that every pack can use, such as `em_office`.",
        move |name: &str| -> Result<ClassRef, Box<EvalAltResult>> {
            let name = name.trim_start_matches('@');
            if frame(&tables).tables.has_class(name) {
                Ok(ClassRef(format!("@{name}").into()))
            } else {
                Err(fault("there is no such table and no such code class"))
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
        move |class: ClassRef, code: Dynamic| -> Answer {
            // A line that is billed by its revenue code alone has no procedure code.
            let set = frame(&sets).set(&class.0, CodeKind::Plain)?;
            let code = text(code, "contains", "code")?;
            Ok(code.is_some_and(|code| set.contains(&code)))
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
