//! Lists and tables: of how many elements they are kept, and what of them is not.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess},
};

use super::{Take, take};
use crate::imports::room;

/// Messages that are kept at most, and what is as numerous.
pub(in crate::imports) const MANY: usize = 50_000;

/// Elements of any other list that are kept at most.
const FEW: usize = 1_000;

/// A list; empty where there is none, and without what came to nothing.
#[derive(Debug)]
pub(in crate::imports) struct List<T, const MOST: usize = FEW>(pub(in crate::imports) Vec<T>);

impl<T, const MOST: usize> Default for List<T, MOST> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Take<'de> + Deserialize<'de>, const MOST: usize> Take<'de> for List<T, MOST> {
    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while all.len() < MOST && room::take::<T>() {
            match list.next_element::<T>()? {
                Some(one) if one.is_nothing() => room::give_back::<T>(),
                Some(one) => all.push(one),
                None => {
                    room::give_back::<T>();
                    return Ok(Self(all));
                }
            }
        }
        let is_missed = MOST == MANY || all.len() < MOST;
        while list.next_element::<IgnoredAny>()?.is_some() {
            if is_missed {
                room::miss();
            }
        }
        Ok(Self(all))
    }
}

impl<'de, T: Take<'de> + Deserialize<'de>, const MOST: usize> Deserialize<'de> for List<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

/// An object whose names are not known beforehand, in the order of the file; empty where there is none, and without what came to nothing.
#[derive(Debug)]
pub(in crate::imports) struct Table<T>(pub(in crate::imports) Vec<(String, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Take<'de> + Deserialize<'de>> Take<'de> for Table<T> {
    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self, A::Error> {
        let mut all = Vec::new();
        while all.len() < MANY && room::take::<(String, T)>() {
            match map.next_entry::<String, T>()? {
                Some((_, one)) if one.is_nothing() => room::give_back::<(String, T)>(),
                Some(entry) => all.push(entry),
                None => {
                    room::give_back::<(String, T)>();
                    return Ok(Self(all));
                }
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {
            room::miss();
        }
        Ok(Self(all))
    }
}

impl<'de, T: Take<'de> + Deserialize<'de>> Deserialize<'de> for Table<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        take(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::lenient::{Flag, Part, Text};

    #[test]
    fn lists_keep_only_so_much_and_nothing_that_is_none() {
        room::renew();
        let json = |element: &str| format!("[{}1]", format!("{element},").repeat(60_000));
        let texts: List<Text> = serde_json::from_str(&json("\"a\"")).unwrap();
        assert_eq!((texts.0.len(), room::missed()), (FEW, 0));
        let junk: List<Part<Text>, MANY> = serde_json::from_str(&json("0")).unwrap();
        assert_eq!((junk.0.capacity(), room::missed()), (0, 0));
        let flags: List<Flag, MANY> = serde_json::from_str(&json("true")).unwrap();
        assert_eq!((flags.0.len(), room::missed()), (MANY, 10_001));

        room::renew();
        while room::take::<[u8; 1024]>() {}
        let none: List<Part<Text>> = serde_json::from_str("[{},{}]").unwrap();
        assert_eq!((none.0.len(), room::missed()), (0, 2));
        room::renew();
    }
}
