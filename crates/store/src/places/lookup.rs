//! What forms refer to, looked up for all rows at once.

use std::collections::{HashMap, HashSet};

use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl, RunQueryDsl};
use uuid::Uuid;

use super::{
    Entry, Saving, Target,
    filter::{one_of, one_of_ids, within},
};
use crate::{
    Result,
    schema::{regions, sites},
};

/// A site as a form names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum SiteRef {
    Id(Uuid),
    /// By its name; it must be the only one of this name in the scope.
    Name(String),
}

/// The divisions that exist, of those in question.
pub fn regions(saving: &mut Saving<'_>, codes: HashSet<&str>) -> Result<HashSet<String>> {
    let known: Vec<String> = regions::table
        .filter(one_of("regions.code", codes))
        .select(regions::code)
        .load(saving.connection)?;
    Ok(known.into_iter().collect())
}

/// Checks the division of a row; tells whether it is right.
pub fn check_region(saving: &mut Saving<'_>, known: &HashSet<String>, row: u32, code: &str) -> bool {
    if !saving.scope.covers(code) {
        saving.wrong(row, "region_code", format!("区划 {code} 不在您管理的范围内。"));
        return false;
    }
    if !known.contains(code) {
        saving.wrong(row, "region_code", format!("没有区划 {code}，请先导入区划。"));
        return false;
    }
    true
}

/// The sites of the scope that rows refer to.
pub struct Sites {
    by_name: HashMap<String, Vec<Uuid>>,
    by_id: HashSet<Uuid>,
}

/// Looks up what is referred to.
pub fn sites<'a>(saving: &mut Saving<'_>, refs: impl Iterator<Item = &'a SiteRef>) -> Result<Sites> {
    let (mut names, mut ids) = (Vec::new(), Vec::new());
    for site in refs {
        match site {
            SiteRef::Id(id) => ids.push(*id),
            SiteRef::Name(name) => names.push(name.as_str()),
        }
    }
    let found: Vec<(Uuid, String)> = sites::table
        .filter(within(&saving.scope, "sites.region_code"))
        .filter(one_of("sites.name", names).or(one_of_ids("sites.id", ids)))
        .filter(sites::valid_until.is_null().or(sites::valid_until.gt(saving.today)))
        .select((sites::id, sites::name))
        .load(saving.connection)?;
    let mut sites = Sites {
        by_name: HashMap::new(),
        by_id: HashSet::new(),
    };
    for (id, name) in found {
        sites.add(id, name);
    }
    Ok(sites)
}

impl Sites {
    /// Makes one known that comes with the same rows.
    pub fn add(&mut self, id: Uuid, name: String) {
        self.by_id.insert(id);
        let ids = self.by_name.entry(name).or_default();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }

    /// The site that a row means, or what is wrong with it.
    pub fn find(&self, site: &SiteRef) -> std::result::Result<Uuid, String> {
        match site {
            SiteRef::Id(id) if self.by_id.contains(id) => Ok(*id),
            SiteRef::Id(_) => Err("没有这个站点，或者不在您管理的范围内。".to_owned()),
            SiteRef::Name(name) => match self.by_name.get(name).map(Vec::as_slice) {
                Some([only]) => Ok(*only),
                Some([_, ..]) => Err(format!("叫“{name}”的站点不止一个，请先改成不同的名称。")),
                _ => Err(format!("没有叫“{name}”的站点，请先导入站点，或者核对名称。")),
            },
        }
    }
}

/// Remembers which keys came in which row; a second one is a problem.
pub struct Once<K>(HashMap<K, u32>);

impl<K: std::hash::Hash + Eq> Once<K> {
    pub fn new() -> Self {
        Self(HashMap::new())
    }

    /// Whether this is the first row of this key.
    pub fn first(&mut self, saving: &mut Saving<'_>, row: u32, field: &'static str, key: K) -> bool {
        match self.0.insert(key, row) {
            None => true,
            Some(earlier) => {
                saving.wrong(row, field, format!("和第 {earlier} 行重复。"));
                false
            }
        }
    }
}

/// The ids that entries ask for.
pub fn ids<F>(entries: &[Entry<F>]) -> Vec<Uuid> {
    let asked = entries.iter().filter_map(|entry| match &entry.target {
        Target::This(id) => id.parse().ok(),
        Target::New | Target::ByKey => None,
    });
    asked.collect()
}

/// The row that an entry means: `Some(None)` for a new one, `None` with a problem, or if the one that was asked for does
/// not exist. `same` are those of the same natural key.
#[expect(clippy::option_option, reason = "no row and no answer are two things")]
pub fn pick<'a, F, R>(
    saving: &mut Saving<'_>,
    entry: &Entry<F>,
    by_id: &HashMap<Uuid, &'a R>,
    same: &[&'a R],
    field: &'static str,
    id_of: impl Fn(&R) -> Uuid,
) -> Option<Option<&'a R>> {
    let asked = match &entry.target {
        Target::This(id) => {
            let found = id.parse().ok().and_then(|id| by_id.get(&id)).copied();
            saving.missing |= found.is_none();
            Some(found?)
        }
        Target::New | Target::ByKey => None,
    };
    let others = same
        .iter()
        .filter(|other| asked.is_none_or(|asked| id_of(asked) != id_of(other)));
    match (&entry.target, asked, others.count()) {
        (Target::This(_), Some(asked), 0) => Some(Some(asked)),
        (Target::ByKey, None, 1) => Some(same.first().copied()),
        (Target::New | Target::ByKey, None, 0) => Some(None),
        (Target::ByKey, None, _) => {
            saving.wrong(
                entry.row,
                field,
                "这样的已经有好几个，分不清是哪一个，请先改成不同的名称。",
            );
            None
        }
        _ => {
            saving.wrong(entry.row, field, "这样的已经有了。");
            None
        }
    }
}
