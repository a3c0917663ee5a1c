use std::marker::PhantomData;

use diesel::{
    QueryResult, RunQueryDsl,
    pg::{Pg, PgConnection},
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

/// A statement in plain SQL that is prepared once a connection, unlike `diesel::sql_query`, which is parsed and planned
/// anew each time and so costs a second round trip.
///
/// The binds stand together in one place: `head` ends where they begin (`WITH input (a, b) AS (VALUES (`), `tail`
/// begins where they end. `ST` is the tuple of SQL types that comes back. With diesel's `sql` among the binds it is parsed
/// anew each time after all.
pub struct Prepared<ST, B> {
    head: &'static str,
    binds: B,
    tail: &'static str,
    returns: PhantomData<ST>,
}

impl<ST, B> Prepared<ST, B> {
    /// Both texts must be constant: they are the key of the statement cache.
    pub fn new(head: &'static str, binds: B, tail: &'static str) -> Self {
        Self {
            head,
            binds,
            tail,
            returns: PhantomData,
        }
    }
}

impl<ST, B: QueryFragment<Pg>> QueryFragment<Pg> for Prepared<ST, B> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(self.head);
        self.binds.walk_ast(out.reborrow())?;
        out.push_sql(self.tail);
        Ok(())
    }
}

impl<ST, B> QueryId for Prepared<ST, B> {
    type QueryId = ();
    // The text decides, not the type.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<ST, B> Query for Prepared<ST, B> {
    type SqlType = ST;
}

impl<ST, B> RunQueryDsl<PgConnection> for Prepared<ST, B> {}

/// What stands in one column of these rows: a statement with one array for each column (`unnest`) is the same however many
/// rows there are.
pub fn each<R, T>(rows: &[R], column: impl FnMut(&R) -> T) -> Vec<T> {
    rows.iter().map(column).collect()
}

/// A typed query that is prepared once a connection although diesel's `sql` stands in it. diesel never keeps such a one,
/// because the text could be another each time; here it must be one of a few, and values must be bound.
pub struct Constant<Q>(pub Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Constant<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Pg) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Constant<Q> {
    type QueryId = ();
    // The text decides, not the type.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Constant<Q> {
    type SqlType = Q::SqlType;
}

impl<Q> RunQueryDsl<PgConnection> for Constant<Q> {}

/// Parts of one statement, one after the other.
#[derive(Default)]
pub struct Pieces(Vec<Box<dyn QueryFragment<Pg>>>);

impl Pieces {
    pub fn push(&mut self, next: impl QueryFragment<Pg> + 'static) {
        self.0.push(Box::new(next));
    }
}

impl QueryFragment<Pg> for Pieces {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for piece in &self.0 {
            piece.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}
