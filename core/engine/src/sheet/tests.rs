use super::*;

#[test]
fn rows_keep_their_lines_whatever_stands_between_them() {
    let sheet =
        Sheet::read(b"Key, Last ,born\n1,Roe,2001-02-03\n\n,,\n2,\"Do,e\",\n3,x\n").unwrap();
    assert_eq!(sheet.columns, ["key", "last", "born"]);
    let lines: Vec<u64> = sheet.rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [2, 5]);
    assert_eq!(sheet.rows[1].text("last"), Some("Do,e"));
    assert_eq!(sheet.rows[1].text("born"), None);
    let told: Vec<String> = sheet.bad.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["line 6: it has 2 cells, and there are 3 columns"]);
}

#[test]
fn semicolons_and_a_byte_order_mark_are_read_too() {
    let sheet = Sheet::read("\u{feff}key;last\n1;Roe\n".as_bytes()).unwrap();
    assert_eq!(sheet.columns, ["key", "last"]);
    assert_eq!(sheet.rows[0].need("last").unwrap(), "Roe");
}

#[test]
fn the_day_of_a_sheet_is_the_last_one_that_is_past_in_it() {
    let sheet = b"id,booked,arrived,scheduled\nV-1,2026-02-20,,2026-05-01\nV-2,,2026-03-02,2026-03-02\nV-3,soon,,\n";
    assert_eq!(last_day(sheet), "2026-03-02".parse().ok());
    assert_eq!(last_day(b"key,last\n1,Roe\n"), None);
    assert_eq!(last_day(b"\xff"), None);
}

#[test]
fn what_stands_in_a_cell_is_never_repeated() {
    let sheet = Sheet::read(b"key,born\nRoe,Doe\n").unwrap();
    let row = &sheet.rows[0];
    let wrong = row.need_parsed::<NaiveDate>("born").unwrap_err();
    assert!(wrong.to_string().starts_with("line 2: `born`: "), "{wrong}");
    assert!(!wrong.to_string().contains("Doe"));
    let missing = row.need("sex").unwrap_err();
    assert_eq!(missing.to_string(), "line 2: `sex` is empty, and is needed");
    assert_eq!(row.parse::<u32>("sex").unwrap(), None);
}

#[test]
fn a_file_without_columns_or_with_one_twice_is_no_sheet() {
    assert_eq!(Sheet::read(b"").unwrap_err(), SheetError::NoColumns);
    assert_eq!(Sheet::read(b"\xff\xfe").unwrap_err(), SheetError::NotText);
    let twice = Sheet::read(b"key,last,KEY\n").unwrap_err();
    assert_eq!(twice.to_string(), "line 1 names the column `key` twice");
}

#[test]
fn a_column_that_nobody_reads_is_told_with_the_one_that_is_meant() {
    let sheet = Sheet::read(b"key,last,meber,colour,last_,group\n").unwrap();
    let unread = sheet.unread(&["key", "last"], &["member", "group"]);
    let told: Vec<String> = unread.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "the column `meber` is not read: did you mean `member`?",
            "the column `colour` is not read",
            // `last` is there.
            "the column `last_` is not read",
        ]
    );
}
