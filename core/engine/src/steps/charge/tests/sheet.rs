//! Charges from sheets: each bad row told, any order and any parts the same.

use super::*;

const HEAD: &str =
    "id,visit,procedure,modifiers,units,diagnoses,amount,service,entered,provider,place\n";

fn sheet(rows: &str) -> Sheet {
    Sheet::read(format!("{HEAD}{rows}").as_bytes()).unwrap()
}

#[test]
fn every_bad_row_of_a_sheet_is_told_by_its_line_and_the_rest_goes_on() {
    let mut practice = Practice::new(nothing);
    let rows = sheet(
        "C-1,V-1,G0439,25;59,1,E11.9 I10,190.00,2026-03-02,2026-03-03,1234567893,11\n\
         C-2,V-1,G04,,,,,,,,\n\
         C-3,V-9,G0439,,,,,,,,\n\
         C-4,V-1,G0439,,0,,,,,,\n\
         C-5,V-1,G0439,25;59;RT;LT;76,,,,,,,\n\
         C-6,V-1,G0439,,,,,2026-03-01,,,\n\
         C-7,V-1,J0696,,,,,,,,\n\
         C-7,V-1,J0696,,2,,,,,,\n\
         C-8,V-1,Q9999,,,,,,,,\n\
         C-9,V-2,J0696,,,,,,,,\n",
    );
    let taken = practice.on("2026-03-03", |desk| take_sheet(desk, &rows).unwrap());
    let mut lines: Vec<u64> = taken.bad.iter().map(|bad| bad.line).collect();
    lines.sort_unstable();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(taken.used, 2);
    assert_eq!(taken.brought, ["2 charges entered"]);
    let charge = practice.kept("C-1");
    assert_eq!(
        charge.diagnoses,
        ["E119".parse().unwrap(), "I10".parse().unwrap()]
    );
    assert_eq!(charge.amount, "190.00".parse().unwrap());
    // Nothing that stands in a row is repeated but codes and what is on file: a
    // visit that is not may be a patient's name.
    let told: Vec<String> = taken.bad.iter().map(ToString::to_string).collect();
    assert!(!told.iter().any(|told| told.contains("V-9")), "{told:?}");
    assert!(
        told.iter()
            .any(|told| told.contains("has no price for Q9999")),
        "{told:?}"
    );
}

/// A row of a practice: id, visit, code, units, and whether an amount is given.
fn rows() -> impl Strategy<Value = Vec<(u32, u8, u8, u32, bool)>> {
    let row = (0u32..40, 0u8..2, 0u8..3, 1u32..4, any::<bool>());
    prop::collection::vec(row, 1..14).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.0);
        rows.dedup_by_key(|row| row.0);
        rows
    })
}

fn written(rows: &[(u32, u8, u8, u32, bool)]) -> String {
    let row = |(id, visit, code, units, given): &(u32, u8, u8, u32, bool)| {
        let code = ["G0439", "G0463", "J0696"][usize::from(*code)];
        let amount = if *given { "55.55" } else { "" };
        format!("C-{id},V-{},{code},,{units},,{amount},,,,\n", visit + 1)
    };
    rows.iter().map(row).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn rows_in_any_order_and_any_parts_give_the_same_charges_and_twice_is_once(
        (rows, shuffled) in rows().prop_flat_map(|rows| {
            let shuffled = Just(rows.clone()).prop_shuffle();
            (Just(rows), shuffled)
        }),
        cut in 0usize..14,
    ) {
        let mut whole = Practice::new(usual);
        let text = written(&rows);
        whole.on("2026-03-03", |desk| take_sheet(desk, &sheet(&text)).unwrap());
        let charges = whole.charges();
        prop_assert_eq!(charges.len(), rows.len());
        let journalled = whole.rows();
        let again = whole.on("2026-03-09", |desk| take_sheet(desk, &sheet(&text)).unwrap());
        prop_assert_eq!(again.used, rows.len() as u64);
        prop_assert!(again.brought.is_empty() && again.bad.is_empty());
        prop_assert_eq!(whole.rows(), journalled);

        let mut parts = Practice::new(usual);
        let (one, other) = shuffled.split_at(cut.min(shuffled.len()));
        for part in [one, other] {
            let text = written(part);
            parts.on("2026-03-03", |desk| take_sheet(desk, &sheet(&text)).unwrap());
        }
        prop_assert_eq!(parts.charges(), charges);
    }

    #[test]
    fn prices_of_a_sheet_sum_to_the_cent(rows in rows()) {
        let mut practice = Practice::new(nothing);
        practice.on("2026-03-03", |desk| take_sheet(desk, &sheet(&written(&rows))).unwrap());
        let sum: Money = practice.charges().values().map(|(charge, _)| charge.amount).sum();
        let cents: i64 = rows.iter().map(|(_, _, code, units, given)| {
            let price = [19_500, 10_000, 1_001][usize::from(*code)];
            if *given { 5_555 } else { price * i64::from(*units) }
        }).sum();
        prop_assert_eq!(sum, Money::from_cents(cents));
    }
}
