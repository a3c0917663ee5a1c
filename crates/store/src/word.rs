use std::str::FromStr;

use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    sql_types::{Nullable, Text},
};

/// A text column that holds one of an enum's words, or a token.
#[derive(Debug, diesel::deserialize::FromSqlRow)]
pub struct Word<T>(pub T);

impl<T: FromStr> FromSql<Text, Pg> for Word<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, Pg>>::from_sql(value)?;
        T::from_str(&text)
            .map(Self)
            .map_err(|_| format!("{} has no word {text:?}", std::any::type_name::<T>()).into())
    }
}

/// The same of a column that may be null.
#[derive(Debug, diesel::deserialize::FromSqlRow)]
pub struct MaybeWord<T>(pub Option<T>);

impl<T: FromStr> FromSql<Nullable<Text>, Pg> for MaybeWord<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let Word(word) = <Word<T> as FromSql<Text, Pg>>::from_sql(value)?;
        Ok(Self(Some(word)))
    }

    fn from_nullable_sql(value: Option<PgValue<'_>>) -> deserialize::Result<Self> {
        value.map_or(Ok(Self(None)), Self::from_sql)
    }
}

impl From<MaybeWord<minyi_domain::people::Role>> for Option<minyi_domain::people::Role> {
    fn from(word: MaybeWord<minyi_domain::people::Role>) -> Self {
        word.0
    }
}

/// Lets `#[diesel(deserialize_as = Word<T>)]` turn the column into the enum or token.
macro_rules! from_word {
    ($($name:ty),+ $(,)?) => {
        $(impl From<$crate::word::Word<$name>> for $name {
            fn from(word: $crate::word::Word<$name>) -> Self {
                word.0
            }
        })+
    };
}
pub(crate) use from_word;

/// Declares an enum of this crate whose variants have one stable word in the database and in JSON.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// The stable word of the database and of JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::Error;

            fn from_str(word: &str) -> ::std::result::Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::Error::Unknown(word.to_owned())),
                }
            }
        }

        $crate::word::from_word!($name);
    };
}
pub(crate) use words;

from_word!(
    minyi_domain::appointment::Side,
    minyi_domain::appointment::State,
    minyi_domain::audit::Action,
    minyi_domain::audit::ObjectKind,
    minyi_domain::audit::Outcome,
    minyi_domain::content::Category,
    minyi_domain::deadlines::Step,
    minyi_domain::deadlines::Unit,
    minyi_domain::delivery::Channel,
    minyi_domain::handover::Channel,
    minyi_domain::handover::ResultClass,
    minyi_domain::handover::State,
    minyi_domain::hearing::Kind,
    minyi_domain::hearing::State,
    minyi_domain::lifecycle::State,
    minyi_domain::people::DeputyLevel,
    minyi_domain::people::Role,
    minyi_domain::retention::DataClass,
    minyi_domain::revisit::Outcome,
    minyi_domain::revisit::Reason,
    minyi_domain::revisit::Way,
    minyi_domain::routing::RouteReason,
    minyi_domain::sheet::Template,
    minyi_domain::submission::Channel,
    minyi_domain::submission::CoordinateSystem,
    minyi_domain::submission::Kind,
    minyi_domain::submission::Satisfaction,
    minyi_domain::submission::Urgency,
    minyi_domain::token::CaseToken,
    minyi_domain::token::CodeToken,
    minyi_domain::token::ReceiptToken,
);
