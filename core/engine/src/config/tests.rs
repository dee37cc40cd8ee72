use super::*;

fn parse(text: &str) -> Result<Config, String> {
    Config::parse(Path::new("scrubjay.yaml"), text).map_err(|error| error.to_string())
}

#[test]
fn a_payer_whose_channel_does_not_exist_is_refused() {
    let error =
        parse("payers:\n  - { key: a, name: A, id: '1', line: commercial, channel: fax }\n")
            .unwrap_err();
    assert!(error.contains("no `fax`"), "{error}");
}

#[test]
fn a_payer_that_stands_twice_is_refused() {
    let error = parse(
        "payers:\n  - { key: a, name: A, id: '1', line: commercial }\n  - { key: a, name: B, id: '2', line: medicaid }\n",
    )
    .unwrap_err();
    assert!(error.contains("`a` stands twice"), "{error}");
}

#[test]
fn a_channel_is_carried_by_hand_unless_a_plugin_is_named() {
    let channel = |transport: &str| {
        parse(&format!(
            "channels: {{ house: {{ receiver: {{ id: H }}{transport} }} }}\n"
        ))
        .map(|config| config.channels["house"].transport.clone())
    };
    assert_eq!(channel(""), Ok(Way::Folder));
    assert_eq!(channel(", transport: folder"), Ok(Way::Folder));
    let carried = channel(", transport: { plugin: sftp, settings: { port: 22 } }");
    let Ok(Way::Plugin { plugin, settings }) = carried else {
        panic!("{carried:?}");
    };
    assert_eq!(
        (plugin.as_str(), settings["port"].0.as_str()),
        ("sftp", "22")
    );
    for wrong in [
        ", transport: sftp",
        ", transport: { plugin: a, setings: {} }",
    ] {
        let error = channel(wrong).unwrap_err();
        assert!(error.contains("a transport is `folder`"), "{error}");
    }
}

#[test]
fn a_misspelt_key_is_named_with_its_place() {
    let error = parse("inbocks: here\n").unwrap_err();
    assert!(error.contains("inbocks"), "{error}");
}

#[test]
fn payers_are_found_by_id_by_another_id_and_by_name() {
    let config = parse(
        "payers:\n  - { key: a, name: Alpha Health, id: '1', line: commercial, also: ['77'] }\n",
    )
    .unwrap();
    for (ids, name) in [(&["1"][..], ""), (&["9", "77"], ""), (&[], "ALPHA HEALTH")] {
        assert_eq!(
            config
                .payer(ids, name)
                .map(|payer| payer.profile.key.as_str()),
            Some("a")
        );
    }
    assert!(config.payer(&["2"], "Beta").is_none());
}

#[test]
fn an_unlisted_payer_gets_a_key_from_its_name() {
    assert_eq!(
        Config::derived_key(None, "Key Insurance  Co."),
        "key-insurance-co"
    );
    assert_eq!(
        Config::derived_key("K 9".parse().ok().as_ref(), "--"),
        "k-9"
    );
    assert_eq!(Config::derived_key(None, ""), "unknown");
}
