//! What Linux says of a process's limits and use. Elsewhere the files are not there, and nothing is limited.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where control groups are, as every distribution has it.
const GROUPS: &str = "/sys/fs/cgroup";

/// All limits that hold for a process.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// Of its address space, in bytes.
    address_space: Option<u64>,
    /// Of its group and those around it, in bytes.
    groups: Vec<(PathBuf, u64)>,
}

impl Limits {
    pub(super) fn of_this_process() -> Self {
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        Self {
            address_space: soft_limit(&limits, "Max address space"),
            groups: groups(Path::new(GROUPS), &group),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.address_space.is_none() && self.groups.is_empty()
    }

    /// What is in use, in per cent of the nearest limit.
    pub(super) fn used(&self) -> u32 {
        let address_space = self.address_space.and_then(|most| {
            let status = fs::read_to_string("/proc/self/status").ok()?;
            let size = status
                .lines()
                .find_map(|line| line.strip_prefix("VmSize:"))?;
            let kilobytes: u64 = size.split_whitespace().next()?.parse().ok()?;
            Some(percent(kilobytes.saturating_mul(1024), most))
        });
        let groups = self
            .groups
            .iter()
            .filter_map(|(folder, most)| Some(percent(working_set(folder)?, *most)));
        groups.chain(address_space).max().unwrap_or(0)
    }
}

/// The soft limit of that name in `/proc/self/limits`; `None` if there is none.
pub(crate) fn soft_limit(limits: &str, name: &str) -> Option<u64> {
    let line = limits.lines().find(|line| line.starts_with(name))?;
    line[name.len()..].split_whitespace().next()?.parse().ok()
}

/// The groups that limit memory: the process's own (`0::/path` in `/proc/self/cgroup`) and those around it.
fn groups(root: &Path, group: &str) -> Vec<(PathBuf, u64)> {
    let Some(own) = group.lines().find_map(|line| line.strip_prefix("0::/")) else {
        return Vec::new();
    };
    let own = root.join(own);
    let around = own
        .ancestors()
        .take_while(|folder| folder.starts_with(root));
    let limited = around.filter_map(|folder| {
        let most = fs::read_to_string(folder.join("memory.max")).ok()?;
        Some((folder.to_owned(), most.trim().parse().ok()?))
    });
    limited.collect()
}

/// What a group uses in bytes, without the pages of files that can be given up at once.
fn working_set(folder: &Path) -> Option<u64> {
    let current = fs::read_to_string(folder.join("memory.current")).ok()?;
    let stat = fs::read_to_string(folder.join("memory.stat")).ok()?;
    let inactive = stat
        .lines()
        .find_map(|line| line.strip_prefix("inactive_file ")?.parse().ok());
    let current: u64 = current.trim().parse().ok()?;
    Some(current.saturating_sub(inactive.unwrap_or(0)))
}

fn percent(used: u64, most: u64) -> u32 {
    let percent = used.saturating_mul(100) / most.max(1);
    u32::try_from(percent).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_soft_limit_is_found_by_its_name() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units     \n\
                      Max open files            1024                 524288               files     \n\
                      Max address space         unlimited            unlimited            bytes     \n";
        assert_eq!(soft_limit(limits, "Max open files"), Some(1024));
        assert_eq!(soft_limit(limits, "Max address space"), None);
        assert_eq!(soft_limit("", "Max open files"), None);
    }

    #[test]
    fn the_nearest_group_counts_without_what_can_be_given_up() -> std::io::Result<()> {
        let root = tempfile::tempdir()?;
        let own = root.path().join("site/liantai");
        fs::create_dir_all(&own)?;
        fs::write(own.join("memory.max"), "max\n")?;
        let around = root.path().join("site");
        fs::write(around.join("memory.max"), "1000\n")?;
        fs::write(around.join("memory.current"), "990\n")?;
        fs::write(around.join("memory.stat"), "anon 400\ninactive_file 490\n")?;
        let limits = Limits {
            address_space: None,
            groups: groups(root.path(), "4:memory:/old\n0::/site/liantai\n"),
        };
        assert_eq!(limits.groups, [(around.clone(), 1000)]);
        assert_eq!(limits.used(), 50);
        fs::write(around.join("memory.stat"), "inactive_file 0\n")?;
        assert_eq!(limits.used(), 99);
        assert!(groups(root.path(), "4:memory:/old\n").is_empty());
        Ok(())
    }
}
