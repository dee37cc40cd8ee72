//! What an overlay finds, and what it refuses to be.

use super::*;
use crate::{read, validate_with};

fn faults(rules: &str) -> Vec<String> {
    let overlay = Overlay::from_yaml(&format!("name: Test\nguide: '835'\n{rules}")).unwrap();
    let file = read(include_bytes!("../fixtures/reversal-and-correction.835")).unwrap();
    validate_with(&file[0].sets[0], &[&overlay])
        .iter()
        .map(|fault| format!("{} {}", fault.position.segment, fault.code().code()))
        .collect()
}

#[test]
fn each_kind_of_rule_finds_what_breaks_it() {
    assert_eq!(faults("require: [{at: 2100/CLP-9}]"), Vec::<String>::new());
    assert_eq!(faults("require: [{at: 2100/CLP-11}]").len(), 3);
    assert_eq!(faults("require: [{at: 2110}]"), ["14 I6", "19 I6"]);
    assert_eq!(
        faults("forbid: [{at: 2100/CLP, when: CLP-2=22}]"),
        ["14 I9"]
    );
    assert_eq!(faults("limit: [{at: 2100/CLP-1, length: 3}]").len(), 3);
    assert_eq!(faults("limit: [{at: 2100, times: 2}]"), ["23 5"]);
    assert_eq!(faults("limit: [{at: 2100/CAS, times: 1}]"), ["16 5"]);
    assert_eq!(faults("codes: [{at: 2100/CLP-2, any: ['1']}]"), ["14 I6"]);
}

#[test]
fn a_rule_that_can_never_fire_is_refused() {
    for wrong in [
        "require: [{at: 2999/CLP}]",
        "require: [{at: 2100/CLM}]",
        "limit: [{at: 2100/CLP}]",
        "limit: [{at: 2100/CLP, length: 3}]",
        "require: [{at: 2100/CLP-x}]",
        "require: [{at: 2100/CLP, when: CLP}]",
        "demand: []",
    ] {
        let text = format!("name: Test\nguide: '835'\n{wrong}");
        assert!(Overlay::from_yaml(&text).is_err(), "{wrong}");
    }
}
