//! How a line of the table is written: who may call the function.

use model::Permission;

use super::{Access, Function, Value};

pub(super) const fn open(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Anyone,
        arguments,
    }
}

pub(super) const fn members(name: &'static str) -> Function {
    Function {
        name,
        access: Access::Member,
        arguments: &[],
    }
}

pub(super) const fn members_with(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Member,
        arguments,
    }
}

pub(super) const fn half_in(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::HalfIn,
        arguments,
    }
}

pub(super) const fn newcomers(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Newcomer,
        arguments,
    }
}

pub(super) const fn permitted(
    name: &'static str,
    permission: Permission,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Permitted(permission),
        arguments,
    }
}

pub(super) const fn owners(
    name: &'static str,
    arguments: &'static [(&'static str, Value)],
) -> Function {
    Function {
        name,
        access: Access::Owner,
        arguments,
    }
}
