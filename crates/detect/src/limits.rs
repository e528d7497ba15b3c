//! One list makes the settings on a card and the limits that its detector keeps.

/// `limits! { Limits { destinations: 20, at most 64, "destinations", "why"; } }` makes a struct of [`crate::Limit`]s with
/// their defaults, `Limits::SETTINGS` for the card, and `Limits::tuned` for [`crate::Detector::tune`].
macro_rules! limits {
    ($name:ident { $($field:ident: $default:expr, at most $most:expr, $unit:literal, $why:literal;)+ }) => {
        #[derive(Clone, Debug)]
        struct $name {
            $($field: $crate::Limit,)+
        }

        impl $name {
            const SETTINGS: &'static [$crate::Setting] = &[$($crate::Setting {
                name: stringify!($field),
                default: $default,
                most: $most,
                unit: $unit,
                why: $why,
            },)+];

            fn tuned(tuning: &$crate::Tuning, card: &$crate::Card) -> Self {
                Self { $($field: tuning.limit(card, stringify!($field)),)+ }
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::Limit::fixed($default),)+ }
            }
        }
    };
}
