//! Countries by their codes, and distances between them.

use std::collections::HashSet;

use super::*;

fn iso(country: Option<&'static Country>) -> &'static str {
    country.map_or("-", |country| country.iso)
}

#[test]
fn the_table_is_sound() {
    let table = &*TABLE;
    assert!(table.countries.len() > 200, "{}", table.countries.len());
    let codes: HashSet<&str> = table.countries.iter().map(|country| country.iso).collect();
    assert_eq!(codes.len(), table.countries.len());
    for country in &table.countries {
        assert!(country.iso.len() == 2 && !country.name.is_empty(), "{country:?}");
        assert!(!country.discs.is_empty(), "{country:?}");
        for disc in &country.discs {
            assert!(disc.latitude.abs() <= 90.0 && disc.longitude.abs() <= 180.0, "{country:?}");
            assert!((10.0..3_300.0).contains(&disc.radius_km), "{country:?}");
        }
    }
    assert!(table.mcc.iter().filter(|place| **place != NOWHERE).count() > 220);
}

#[test]
fn countries_by_code_and_by_number() {
    for (mcc, code) in [
        (262, "DE"),
        (310, "US"),
        (316, "US"),
        (302, "CA"),
        (235, "GB"),
        (405, "IN"),
        (250, "RU"),
        (401, "KZ"),
        (1, "-"),
        (901, "-"),
        (999, "-"),
        (203, "-"),
        (65_535, "-"),
    ] {
        assert_eq!(iso(Country::of_mcc(mcc)), code, "{mcc}");
    }
    for (digits, code) in [
        ("491710000000", "DE"),
        ("12025550123", "US"),
        ("14165550123", "CA"),
        ("12465550123", "BB"),
        ("18765550123", "JM"),
        ("17875550123", "PR"),
        ("79161234567", "RU"),
        ("77011234567", "KZ"),
        ("358401234567", "FI"),
        ("35212345", "LU"),
        // Satellites, shared codes, and what is no number.
        ("870772001234", "-"),
        ("881612345678", "-"),
        ("882161234567", "-"),
        ("99901000010", "-"),
        ("491", "-"),
        ("49a1", "-"),
        ("", "-"),
    ] {
        assert_eq!(iso(Country::of_number(digits)), code, "{digits}");
    }
}

#[test]
fn distances() {
    // London to New York, by hand: 5 570 km.
    let far = distance_km([51.51, -0.13], [40.71, -74.01]);
    assert!((5_560.0..5_580.0).contains(&far), "{far}");
    assert_eq!(distance_km([10.0, 20.0], [10.0, 20.0]), 0.0);
    let half = distance_km([0.0, 0.0], [0.0, 180.0]);
    assert!((20_015.0 - half).abs() < 2.0, "{half}");
    assert!(distance_km([0.0, 179.9], [0.0, -179.9]) < 25.0);

    let apart = |a: u16, b: u16| {
        gap_km(&Country::of_mcc(a).unwrap().discs, &Country::of_mcc(b).unwrap().discs).unwrap()
    };
    // Neighbours touch; continents do not.
    for (a, b) in
        [(262, 208), (262, 228), (310, 302), (310, 334), (250, 255), (250, 460), (262, 230)]
    {
        assert_eq!(apart(a, b), 0.0, "{a} {b}");
    }
    for (a, b, least) in
        [(234, 310, 3_000.0), (262, 505, 9_000.0), (262, 250, 0.0), (208, 655, 6_000.0)]
    {
        assert!(apart(a, b) >= least, "{a} {b} {}", apart(a, b));
    }
}

/// Cities far from the middle of their countries, in degrees, lie inside a disc.
#[test]
fn inhabited_places_are_covered() {
    for (code, place) in [
        (250, [43.12, 131.87]),
        (250, [54.71, 20.51]),
        (250, [53.02, 158.65]),
        (250, [55.0, 82.9]),
        (310, [61.2, -149.9]),
        (310, [21.3, -157.9]),
        (310, [25.8, -80.2]),
        (310, [47.6, -122.3]),
        (302, [47.6, -52.7]),
        (302, [49.3, -123.1]),
        (505, [-31.95, 115.9]),
        (505, [-42.9, 147.3]),
        (214, [28.1, -15.4]),
        (268, [37.7, -25.7]),
        (730, [-53.2, -70.9]),
        (730, [-18.5, -70.3]),
        (460, [43.8, 87.6]),
        (460, [45.8, 126.5]),
        (724, [-8.1, -34.9]),
        (440, [26.2, 127.7]),
        (440, [43.1, 141.4]),
        (242, [70.0, 31.0]),
        (208, [42.7, 9.45]),
        (404, [11.6, 92.7]),
        (510, [-2.5, 140.7]),
        (510, [5.5, 95.3]),
    ] {
        let country = Country::of_mcc(code).unwrap();
        let inside = country
            .discs
            .iter()
            .any(|disc| distance_km([disc.latitude, disc.longitude], place) <= disc.radius_km);
        assert!(inside, "{} {place:?}", country.name);
    }
}

const TEXT: &str = r#"
[home]
name = "Home"
plmns = ["262-99"]
gt_prefixes = ["49199"]
location = [50.1, 8.7]

[[partner]]
name = "Far"
plmns = ["505-99"]
gt_prefixes = ["61199"]

[[partner]]
name = "Test"
plmns = ["001-02"]
gt_prefixes = ["99902"]
location = [-33.9, 151.2]

[[partner]]
name = "Aloft"
plmns = ["901-99"]
gt_prefixes = ["88299"]
"#;

#[test]
fn networks_have_places() {
    let network = Network::parse(TEXT, "network.toml").unwrap();
    let far = network.network_of_gt("61199000001");
    assert_eq!(far, NetworkId::Partner(0));
    assert_eq!(network.network_of_plmn("505-99".parse().unwrap()), far);
    assert_eq!(network.network_of_realm("mme1.epc.mnc099.mcc505.3gppnetwork.org."), far);
    assert_eq!(network.country_of(far).unwrap().iso, "AU");
    // A described place counts where no code tells.
    let test = network.network_of_gt("99902000001");
    assert!(network.apart_km(NetworkId::Home, test).unwrap() > 10_000.0);
    // Same country, however far the described places are.
    let other = network.network_of_plmn("262-98".parse().unwrap());
    assert_eq!(network.apart_km(NetworkId::Home, other), Some(0.0));
    assert_eq!(network.name_of(other), "262-98 (Germany)");
    // Satellites and strangers without a country are nowhere.
    let aloft = network.network_of_gt("88299000001");
    assert_eq!(network.apart_km(NetworkId::Home, aloft), None);
    assert_eq!(network.apart_km(NetworkId::Home, NetworkId::Unknown), None);
    assert_eq!(network.apart_km(NetworkId::Unknown, NetworkId::Unknown), None);
    assert_eq!(network.name_of(network.network_of_gt("33612345678")), "a network of France");
    assert_eq!(network.network_of_gt("99912345678"), NetworkId::Unknown);
}
