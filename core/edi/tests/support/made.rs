//! Claims and remittances made by hand, with the model's fields only.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use scrubjay_model::{
    Address, Adjustment, AsSent, Claim, ClaimKind, Coverage, CoverageOrder, Diagnosis, Frequency,
    InstitutionalDetails, Money, Name, Person, PriorPayment, Provider, Relationship, ServiceLine,
    Sex,
};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn address(line1: &str) -> Option<Address> {
    Some(Address {
        line1: line1.to_owned(),
        line2: None,
        city: "AUSTIN".to_owned(),
        state: "TX".to_owned(),
        zip: "787010001".to_owned(),
        country: None,
    })
}

pub(crate) fn provider(name: Name, npi: &str, taxonomy: &str) -> Provider {
    Provider {
        name,
        npi: Some(AsSent::read(npi)),
        taxonomy: Some(taxonomy.to_owned()),
        ..Provider::default()
    }
}

pub(crate) fn billing() -> Provider {
    Provider {
        tax_id: Some("741234567".to_owned()),
        address: address("1 SAMPLE ST"),
        ..provider(
            Name::organization("SAMPLE CLINIC"),
            "1234567893",
            "261QP2300X",
        )
    }
}

pub(crate) fn person(last: &str, first: &str, member: Option<&str>) -> Person {
    Person {
        name: Name::person(last, first),
        member: member.map(|member| member.parse().unwrap()),
        address: address("2 SAMPLE ST"),
        born: Some(day("1980-04-01")),
        died: None,
        sex: Some(Sex::F),
    }
}

pub(crate) fn coverage(order: CoverageOrder, payer: &str, relationship: Relationship) -> Coverage {
    Coverage {
        order,
        payer: Some(payer.parse().unwrap()),
        payer_name: Name::organization(format!("PAYER {payer}")),
        member: Some(format!("M{payer}").parse().unwrap()),
        subscriber: None,
        relationship,
        group_number: Some("GRP1".to_owned()),
        plan_name: None,
        filing_indicator: Some("CI".to_owned()),
        msp_type: None,
        paid: None,
    }
}

pub(crate) fn line(number: u32, code: &str, charge: &str) -> ServiceLine {
    ServiceLine {
        number,
        qualifier: "HC".to_owned(),
        procedure: Some(AsSent::read(code)),
        modifiers: Vec::new(),
        revenue_code: None,
        charge: money(charge),
        unit: "UN".to_owned(),
        units: Decimal::ONE,
        place: None,
        pointers: vec![1],
        from: Some(day("2026-02-20")),
        to: Some(day("2026-02-20")),
        control: Some(format!("L{number}")),
        authorization: None,
        ndc: None,
        rendering: None,
        prior: Vec::new(),
    }
}

pub(crate) fn diagnosis(qualifier: &str, code: &str) -> Diagnosis {
    Diagnosis {
        qualifier: qualifier.to_owned(),
        code: AsSent::read(code),
        present_on_admission: None,
    }
}

pub(crate) fn professional(id: &str) -> Claim {
    Claim {
        id: id.parse().unwrap(),
        control: id.parse().unwrap(),
        kind: ClaimKind::Professional,
        frequency: Frequency::Original,
        payer_control: None,
        billing: billing(),
        rendering: Some(provider(
            Name::person("SAMPLE", "DOCTOR"),
            "1245319599",
            "207Q00000X",
        )),
        referring: None,
        facility: None,
        patient: person("SAMPLE", "PATIENT", Some("MPAY01")),
        coverages: vec![coverage(CoverageOrder::Primary, "PAY01", Relationship::Own)],
        charge: money("150.5"),
        place: Some(AsSent::read("11")),
        diagnoses: vec![diagnosis("ABK", "J029"), diagnosis("ABF", "R509")],
        lines: vec![line(1, "G0463", "100.5"), line(2, "J1100", "50")],
        authorization: None,
        referral: None,
        clia: None,
        accident: None,
        patient_paid: None,
        institutional: None,
        carried: Vec::new(),
    }
}

/// A professional claim that uses every field the model has for one.
pub(crate) fn full_professional(id: &str) -> Claim {
    let mut claim = professional(id);
    claim.frequency = Frequency::Replacement;
    claim.payer_control = Some("ICN1".parse().unwrap());
    claim.referring = Some(Provider {
        taxonomy: None,
        ..provider(Name::person("SAMPLE", "REFERRER"), "1245319599", "")
    });
    claim.facility = Some(Provider {
        address: address("3 SAMPLE ST"),
        taxonomy: None,
        ..provider(Name::organization("SAMPLE SITE"), "1234567893", "")
    });
    claim.authorization = Some("AUTH1".to_owned());
    claim.referral = Some("REF1".to_owned());
    claim.clia = Some("45D9000417".to_owned());
    claim.accident = Some(day("2026-02-19"));
    claim.patient_paid = Some(money("10"));
    claim.lines[0].modifiers = vec![AsSent::read("25"), AsSent::read("GT")];
    claim.lines[0].place = Some(AsSent::read("22"));
    claim.lines[0].pointers = vec![1, 2];
    claim.lines[0].authorization = Some("AUTH2".to_owned());
    claim.lines[0].rendering = claim.rendering.clone();
    claim.lines[1].ndc = Some("00641036725".to_owned());
    claim.lines[1].to = Some(day("2026-02-21"));
    claim.lines[1].units = Decimal::new(25, 1);
    claim
}

pub(crate) fn adjustment(group: &str, carc: &str, amount: &str) -> Adjustment {
    Adjustment {
        group: AsSent::read(group),
        carc: AsSent::read(carc),
        amount: money(amount),
        units: None,
    }
}

/// The claim to the second payer, with what the first decided: a child's, whose
/// parents are insured with one payer each.
pub(crate) fn secondary(id: &str) -> Claim {
    let mut claim = professional(id);
    claim.rendering = None;
    claim.patient = person("SAMPLE", "CHILD", None);
    let mut second = coverage(CoverageOrder::Secondary, "PAY02", Relationship::Child);
    second.subscriber = Some(person("SAMPLE", "PARENT", Some("MPAY02")));
    let mut first = coverage(CoverageOrder::Primary, "PAY01", Relationship::Child);
    first.subscriber = Some(Person {
        born: None,
        sex: None,
        ..person("OTHER", "PARENT", Some("MPAY01"))
    });
    first.paid = Some(PriorPayment {
        paid: money("80.5"),
        adjustments: Vec::new(),
        decided: Some(day("2026-03-01")),
        patient_owes: Some(money("20")),
        payer: None,
        remarks: vec![AsSent::read("MA01")],
    });
    claim.coverages = vec![second, first];
    claim.lines[0].prior = vec![PriorPayment {
        paid: money("60.5"),
        adjustments: vec![
            adjustment("CO", "45", "20"),
            adjustment("PR", "1", "15"),
            adjustment("PR", "2", "5"),
        ],
        decided: Some(day("2026-03-01")),
        patient_owes: Some(money("20")),
        payer: Some("PAY01".to_owned()),
        remarks: Vec::new(),
    }];
    claim.lines[1].prior = vec![PriorPayment {
        paid: money("20"),
        adjustments: vec![adjustment("CO", "45", "30")],
        decided: Some(day("2026-03-01")),
        patient_owes: None,
        payer: Some("PAY01".to_owned()),
        remarks: Vec::new(),
    }];
    claim
}

pub(crate) fn institutional(id: &str) -> Claim {
    let mut claim = professional(id);
    claim.kind = ClaimKind::Institutional;
    claim.place = None;
    claim.rendering = None;
    claim.diagnoses = vec![
        Diagnosis {
            present_on_admission: Some("Y".to_owned()),
            ..diagnosis("ABK", "J189")
        },
        diagnosis("ABJ", "R0902"),
        diagnosis("APR", "R05"),
        diagnosis("ABF", "I10"),
        diagnosis("ABF", "E119"),
    ];
    claim.lines[0].revenue_code = Some("0450".to_owned());
    claim.lines[1].revenue_code = Some("0250".to_owned());
    claim.lines[1].procedure = None;
    claim.lines[1].qualifier = String::new();
    for line in &mut claim.lines {
        line.pointers = Vec::new();
    }
    claim.institutional = Some(InstitutionalDetails {
        facility_type: "13".to_owned(),
        from: Some(day("2026-02-20")),
        to: Some(day("2026-02-21")),
        attending: Some(provider(
            Name::person("SAMPLE", "ATTENDING"),
            "1245319599",
            "207R00000X",
        )),
        value_codes: vec![
            ("80".to_owned(), money("1")),
            ("A2".to_owned(), money("15.31")),
        ],
    });
    claim
}

pub(crate) fn dental(id: &str) -> Claim {
    let mut claim = professional(id);
    claim.kind = ClaimKind::Dental;
    for line in &mut claim.lines {
        line.qualifier = "AD".to_owned();
        line.procedure = Some(AsSent::read("Z9999"));
    }
    claim
}
