//! 835s of a test: what is paid on which claim, taken off for which reasons, and
//! moved beside the claims.

use std::fmt::Write;

use scrubjay::model::Money;

/// What is taken off a charge: group, reason, amount.
pub type Taken = (&'static str, &'static str, Money);

/// A claim as a payer remits it.
#[derive(Debug, Clone)]
pub struct Remitted {
    /// CLP01.
    pub control: String,
    /// CLP02.
    pub status: &'static str,
    /// CLP03.
    pub charge: Money,
    /// CLP07.
    pub payer_control: String,
    /// Last name, first name and member number.
    pub patient: (String, String, String),
    /// The one service.
    pub procedure: &'static str,
    /// Its day, `YYYYMMDD`.
    pub day: &'static str,
    /// CAS of the line.
    pub taken: Vec<Taken>,
}

impl Remitted {
    /// The sample claim of that number, with nothing taken off.
    ///
    /// # Panics
    /// Never: the sample's charges are amounts.
    #[must_use]
    pub fn sample(number: usize) -> Self {
        let charge = format!("100.{:02}", number % 99 + 1);
        Self {
            control: format!("S{number:05}"),
            status: "1",
            charge: charge.parse().expect("a charge is an amount"),
            payer_control: format!("P{number:05}"),
            patient: (
                format!("SAMPLE{number}"),
                "PERSON".to_owned(),
                format!("M{number:05}"),
            ),
            procedure: "G0463",
            day: "20260227",
            taken: Vec::new(),
        }
    }

    /// With that taken off, in cents, for those groups and reasons.
    #[must_use]
    pub fn less(mut self, taken: &[(&'static str, &'static str, i64)]) -> Self {
        let amounts = taken
            .iter()
            .map(|(group, reason, cents)| (*group, *reason, Money::from_cents(*cents)));
        self.taken.extend(amounts);
        self
    }

    /// What is paid: the charge less all that is taken off.
    #[must_use]
    pub fn paid(&self) -> Money {
        self.charge
            - self
                .taken
                .iter()
                .map(|(_, _, amount)| *amount)
                .sum::<Money>()
    }

    /// Its reversal: every amount with the other sign (CLP02 22).
    #[must_use]
    pub fn reversed(&self) -> Self {
        let mut reversed = self.clone();
        reversed.status = "22";
        reversed.charge = -self.charge;
        for (_, _, amount) in &mut reversed.taken {
            *amount = -*amount;
        }
        reversed
    }
}

/// A payment of the sample payer.
#[derive(Debug, Clone, Default)]
pub struct Payment {
    /// TRN02.
    pub trace: String,
    /// Claims.
    pub claims: Vec<Remitted>,
    /// PLB: reason, reference, amount.
    pub beside: Vec<(&'static str, String, Money)>,
}

impl Payment {
    /// A payment of these claims.
    #[must_use]
    pub fn of(trace: &str, claims: impl IntoIterator<Item = Remitted>) -> Self {
        Self {
            trace: trace.to_owned(),
            claims: claims.into_iter().collect(),
            beside: Vec::new(),
        }
    }

    /// With an amount beside the claims, in cents; positive reduces the payment.
    #[must_use]
    pub fn beside(mut self, reason: &'static str, reference: &str, cents: i64) -> Self {
        let amount = Money::from_cents(cents);
        self.beside.push((reason, reference.to_owned(), amount));
        self
    }

    /// BPR02.
    #[must_use]
    pub fn total(&self) -> Money {
        let paid: Money = self.claims.iter().map(Remitted::paid).sum();
        paid - self
            .beside
            .iter()
            .map(|(_, _, amount)| *amount)
            .sum::<Money>()
    }

    /// The file. A total below nothing is carried to the next payment (FB), as
    /// the guide has it.
    #[must_use]
    pub fn file(&self, number: usize) -> String {
        let mut payment = self.clone();
        if payment.total().is_negative() {
            let left = payment.total();
            payment.beside.push(("FB", self.trace.clone(), left));
        }
        let (total, trace) = (payment.total(), &self.trace);
        let kind = if total.is_zero() { "H" } else { "I" };
        let method = if total.is_zero() { "NON" } else { "ACH*CCP" };
        let way = if total.is_zero() {
            String::new()
        } else {
            "*01*999999992*DA*1*1999999999**01*999999992*DA*2*20260316".to_owned()
        };
        let mut body = vec![
            format!("BPR*{kind}*{total}*C*{method}{way}"),
            format!("TRN*1*{trace}*1999999999"),
            "DTM*405*20260316".to_owned(),
            "N1*PR*SAMPLE PAYER".to_owned(),
            "N3*9 PAYER ST".to_owned(),
            "N4*AUSTIN*TX*787010009".to_owned(),
            "REF*2U*SAMPLEPAY".to_owned(),
            "PER*BL*SUPPORT*TE*8005550100".to_owned(),
            "N1*PE*SAMPLE PRACTICE*XX*1234567893".to_owned(),
            "LX*1".to_owned(),
        ];
        for claim in &payment.claims {
            body.extend(segments(claim));
        }
        for (reason, reference, amount) in &payment.beside {
            body.push(format!(
                "PLB*1234567893*20261231*{reason}:{reference}*{amount}"
            ));
        }
        enveloped(number, &body)
    }
}

fn segments(claim: &Remitted) -> Vec<String> {
    let paid = claim.paid();
    let shared = claim.taken.iter().filter(|(group, _, _)| *group == "PR");
    let share: Money = shared.map(|(_, _, amount)| *amount).sum();
    let share = if share.is_zero() {
        String::new()
    } else {
        share.to_string()
    };
    let (last, first, member) = &claim.patient;
    let Remitted {
        control,
        status,
        charge,
        payer_control,
        procedure,
        day,
        ..
    } = claim;
    let mut segments = vec![
        format!("CLP*{control}*{status}*{charge}*{paid}*{share}*12*{payer_control}*11*1"),
        format!("NM1*QC*1*{last}*{first}****MI*{member}"),
        format!("SVC*HC:{procedure}*{charge}*{paid}**1"),
        format!("DTM*472*{day}"),
    ];
    for (group, reason, amount) in &claim.taken {
        segments.push(format!("CAS*{group}*{reason}*{amount}"));
    }
    segments
}

fn enveloped(number: usize, body: &[String]) -> String {
    let mut out = format!(
        "ISA*00*          *00*          *ZZ*SAMPLERECEIVER *ZZ*SAMPLESENDER   *260316*0815*^*00501*{number:09}*0*T*:~\n\
         GS*HP*SAMPLERECEIVER*SAMPLESENDER*20260316*0815*{number}*X*005010X221A1~\nST*835*0001~\n"
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
