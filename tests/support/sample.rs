//! Invented files of any size: an 837P of plain claims and the 835s that pay them.

use std::fmt::Write;

use scrubjay::model::Money;

/// How many claims stand in each remittance.
pub const CLAIMS_A_REMITTANCE: usize = 3;

fn envelope(functional: &str, version: &str, number: usize, set: &str, body: &[String]) -> String {
    let mut out = format!(
        "ISA*00*          *00*          *ZZ*SAMPLESENDER   *ZZ*SAMPLERECEIVER *260302*0815*^*00501*{number:09}*0*T*:~\n\
         GS*{functional}*SAMPLESENDER*SAMPLERECEIVER*20260302*0815*{number}*X*{version}~\n{set}~\n"
    );
    for segment in body {
        let _ = writeln!(out, "{segment}~");
    }
    let _ = write!(
        out,
        "SE*{}*0001~\nGE*1*{number}~\nIEA*1*{number:09}~\n",
        body.len() + 2
    );
    out
}

/// A claim of a test: place, date of service and lines of code, dollars, units.
#[derive(Debug, Clone, Copy)]
pub struct SampleClaim<'a> {
    /// Place of service, two digits.
    pub place: &'a str,
    /// Date of service, `YYYYMMDD`.
    pub day: &'a str,
    /// Code, charge in dollars, units.
    pub lines: &'a [(&'a str, &'a str, u32)],
}

/// An 837P with claims `S00000` and on, each with the lines that are wanted.
///
/// # Panics
/// Where a charge is no amount.
#[must_use]
pub fn claims_of(claims: &[SampleClaim<'_>]) -> String {
    let mut body = head();
    for (number, claim) in claims.iter().enumerate() {
        let charges = claim.lines.iter().map(|(_, charge, _)| charge);
        let total: Money = charges
            .map(|charge| charge.parse::<Money>().expect("a charge is an amount"))
            .sum();
        body.extend(begin(number, &total.to_string(), claim.place));
        for (at, (code, charge, units)) in claim.lines.iter().enumerate() {
            body.extend([
                format!("LX*{}", at + 1),
                format!("SV1*HC:{code}*{charge}*UN*{units}***1"),
                format!("DTP*472*D8*{}", claim.day),
                format!("REF*6R*S{number:05}L{}", at + 1),
            ]);
        }
    }
    envelope("HC", "005010X222A1", 1, "ST*837*0001*005010X222A1", &body)
}

/// An 837P with claims `S00000` and on, each of one line of 100 dollars and cents by its number.
#[must_use]
pub fn claims(count: usize) -> String {
    let mut body = head();
    for number in 0..count {
        let charge = charge(number);
        body.extend(begin(number, &charge, "11"));
        body.extend([
            "LX*1".to_owned(),
            format!("SV1*HC:G0463*{charge}*UN*1***1"),
            "DTP*472*D8*20260227".to_owned(),
            format!("REF*6R*S{number:05}L1"),
        ]);
    }
    envelope("HC", "005010X222A1", 1, "ST*837*0001*005010X222A1", &body)
}

/// Who sends, who receives, who bills.
fn head() -> Vec<String> {
    vec![
        "BHT*0019*00*SAMPLE*20260302*0815*CH".to_owned(),
        "NM1*41*2*SAMPLE PRACTICE*****46*SAMPLESENDER".to_owned(),
        "PER*IC*BILLING*TE*5125550100".to_owned(),
        "NM1*40*2*SAMPLE RECEIVER*****46*SAMPLERECEIVER".to_owned(),
        "HL*1**20*1".to_owned(),
        "NM1*85*2*SAMPLE PRACTICE*****XX*1234567893".to_owned(),
        "N3*1 SAMPLE ST".to_owned(),
        "N4*AUSTIN*TX*787010001".to_owned(),
        "REF*EI*741234567".to_owned(),
    ]
}

/// A claim down to its first line.
fn begin(number: usize, charge: &str, place: &str) -> [String; 9] {
    [
        format!("HL*{}*1*22*0", number + 2),
        "SBR*P*18*******CI".to_owned(),
        format!("NM1*IL*1*SAMPLE{number}*PERSON****MI*M{number:05}"),
        "N3*2 SAMPLE ST".to_owned(),
        "N4*AUSTIN*TX*78702".to_owned(),
        "DMG*D8*19850101*F".to_owned(),
        "NM1*PR*2*SAMPLE PAYER*****PI*SAMPLEPAY".to_owned(),
        format!("CLM*S{number:05}*{charge}***{place}:B:1*Y*A*Y*Y"),
        "HI*ABK:J029".to_owned(),
    ]
}

fn charge(number: usize) -> String {
    format!("100.{:02}", number % 99 + 1)
}

/// What each claim is paid: 60 dollars, 20 is the patient's, the rest contractual.
#[must_use]
pub fn remittance(number: usize) -> String {
    let first = number * CLAIMS_A_REMITTANCE;
    let mut body = vec![
        format!(
            "BPR*I*{}*C*ACH*CCP*01*999999992*DA*1*1999999999**01*999999992*DA*2*20260316",
            60 * CLAIMS_A_REMITTANCE
        ),
        format!("TRN*1*TRACE{number:04}*1999999999"),
        "DTM*405*20260316".to_owned(),
        "N1*PR*SAMPLE PAYER".to_owned(),
        "N3*9 PAYER ST".to_owned(),
        "N4*AUSTIN*TX*787010009".to_owned(),
        "REF*2U*SAMPLEPAY".to_owned(),
        "PER*BL*SUPPORT*TE*8005550100".to_owned(),
        "N1*PE*SAMPLE PRACTICE*XX*1234567893".to_owned(),
        "LX*1".to_owned(),
    ];
    for claim in first..first + CLAIMS_A_REMITTANCE {
        let charge = charge(claim);
        body.extend([
            format!("CLP*S{claim:05}*1*{charge}*60*20*12*P{claim:05}*11*1"),
            format!("NM1*QC*1*SAMPLE{claim}*PERSON****MI*M{claim:05}"),
            format!("SVC*HC:G0463*{charge}*60**1"),
            "DTM*472*20260227".to_owned(),
            format!("CAS*CO*45*20.{:02}", claim % 99 + 1),
            "CAS*PR*3*20".to_owned(),
            format!("REF*6R*S{claim:05}L1"),
        ]);
    }
    envelope("HP", "005010X221A1", 1000 + number, "ST*835*0001", &body)
}

/// The same claims, with all of each denied as not necessary (CO-50).
///
/// # Panics
/// Never: the file that it begins with has an SE.
#[must_use]
pub fn denied(number: usize) -> String {
    let paid = format!("BPR*I*{}*C*ACH", 60 * CLAIMS_A_REMITTANCE);
    let denied = remittance(number)
        .replace(&paid, "BPR*H*0*C*NON")
        .replace("*60*20*12*", "*0**12*")
        .replace("*60**1~", "*0**1~")
        .replace("CAS*PR*3*20~\n", "")
        .replace("CAS*CO*45*20.", "CAS*CO*50*100.");
    let count = denied
        .lines()
        .skip_while(|line| !line.starts_with("ST*"))
        .take_while(|line| !line.starts_with("GE*"))
        .count();
    let end = denied.find("SE*").expect("a transaction ends with SE");
    let behind = denied[end + 3..].find('*').expect("SE has two elements");
    format!(
        "{}SE*{count}{}",
        &denied[..end],
        &denied[end + 3 + behind..]
    )
}

/// A configuration that sends the sample payer's claims by one channel.
pub const CONFIGURATION: &str = "\
practice:
  name: SAMPLE PRACTICE
  npi: '1234567893'
  tax_id: '741234567'
  contact: { name: BILLING, phone: '5125550100' }
  submitter: { qualifier: ZZ, id: SAMPLESENDER }
clock: interchange
channels:
  house: { receiver: { qualifier: ZZ, id: SAMPLERECEIVER, name: SAMPLE RECEIVER }, usage: T }
payers:
  - { key: sample, name: Sample Payer, id: SAMPLEPAY, line: commercial, channel: house }
";

/// A 999 to one set of a group that was sent, with the codes of IK5 and AK9,
/// such as `A`, `E:5` or `R:5`.
#[must_use]
pub fn functional(number: usize, group: u32, code: &str) -> String {
    let mut parts = code.split(':');
    let (code, why) = (parts.next().unwrap_or_default(), parts.next());
    let taken = usize::from(code != "R");
    let set = why.map_or_else(|| format!("IK5*{code}"), |why| format!("IK5*{code}*{why}"));
    let body = [
        format!("AK1*HC*{group}*005010X222A1"),
        "AK2*837*0001*005010X222A1".to_owned(),
        set,
        format!("AK9*{code}*1*1*{taken}"),
    ];
    envelope(
        "FA",
        "005010X231A1",
        number,
        "ST*999*0001*005010X231A1",
        &body,
    )
}

/// A TA1 to an interchange that was sent: `A`, `E` or `R`.
#[must_use]
pub fn interchange(number: usize, control: u32, code: &str) -> String {
    let note = if code == "R" { "025" } else { "000" };
    format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *260303*0915*^*00501*{number:09}*0*T*:~\n\
         TA1*{control:09}*260302*0815*{code}*{note}~\nIEA*0*{number:09}~\n"
    )
}

/// A 277CA of a clearinghouse (`AY`) or payer (`PR`) to claims of the batch of
/// that name (BHT03), each with a status such as `A2:20:PR`.
#[must_use]
pub fn claim_status(number: usize, hop: &str, batch: &str, answers: &[(&str, &str)]) -> String {
    let mut body = vec![
        format!("BHT*0085*08*ANSWER{number}*20260303*0915*TH"),
        "HL*1**20*1".to_owned(),
        format!("NM1*{hop}*2*SAMPLE RECEIVER*****46*HOP{hop}"),
        format!("TRN*1*ANSWER{number}"),
        "DTP*050*D8*20260302".to_owned(),
        "DTP*009*D8*20260303".to_owned(),
        "HL*2*1*21*1".to_owned(),
        "NM1*41*2*SAMPLE PRACTICE*****46*SAMPLESENDER".to_owned(),
        format!("TRN*2*{batch}"),
        "STC*A1:19:PR*20260303*WQ*100".to_owned(),
        "HL*3*2*19*1".to_owned(),
        "NM1*85*2*SAMPLE PRACTICE*****XX*1234567893".to_owned(),
        "TRN*1*0".to_owned(),
        "STC*A1:19:PR**WQ*100".to_owned(),
    ];
    for (place, (control, status)) in answers.iter().enumerate() {
        let taken = if status.starts_with("A2") { "WQ" } else { "U" };
        body.extend([
            format!("HL*{}*3*PT", place + 4),
            "NM1*QC*1*SAMPLE*PERSON****MI*M00000".to_owned(),
            format!("TRN*2*{control}"),
            format!("STC*{status}*20260303*{taken}*100"),
            "DTP*472*D8*20260227".to_owned(),
        ]);
    }
    envelope("HN", "005010X214", number, "ST*277*0001*005010X214", &body)
}
