//! Boundaries on a map (网格边界、区划边界): longitude and latitude in degrees, WGS84, as GeoJSON has them (RFC 7946).
//!
//! A grid is so small that its degrees are taken as a plane.

/// A place: longitude, latitude.
pub type Point = [f64; 2];

/// Points of one grid's boundary, the repeated first one included, at most.
pub const MOST_POINTS: usize = 2_000;
/// Points of one division's boundary, at most.
pub const MOST_REGION_POINTS: usize = 100_000;
/// How far a grid may stand out of its division, in degrees (about 50 m): boundaries come from different maps.
const TOLERANCE: f64 = 0.0005;

/// Why a boundary is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GeometryError {
    /// No ring, or a ring of fewer than three different corners.
    #[error("too few points")]
    TooFewPoints,
    #[error("too many points")]
    TooManyPoints,
    /// The last point is not the first one.
    #[error("not closed")]
    NotClosed,
    /// No longitude and latitude in degrees.
    #[error("out of range")]
    OutOfRange,
    /// Two of its edges meet elsewhere than at their common corner.
    #[error("crosses itself")]
    CrossesItself,
    /// A grid is one polygon without holes.
    #[error("has holes")]
    HasHoles,
    #[error("outside of its division")]
    Outside,
}

impl GeometryError {
    /// What to change, for people.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::TooFewPoints => "边界至少要有三个不同的点。",
            Self::TooManyPoints => "边界的点太多，请先简化。",
            Self::NotClosed => "边界没有闭合：最后一个点要和第一个点相同。",
            Self::OutOfRange => "坐标不对：要用 WGS84 经纬度，先经度后纬度。",
            Self::CrossesItself => "边界自己和自己相交，请调整点的顺序或者位置。",
            Self::HasHoles => "网格的边界只能是一个没有洞的多边形。",
            Self::Outside => "边界超出了所属区划的边界。",
        }
    }
}

/// The smallest box around a boundary, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// A grid's boundary: one closed ring that does not cross itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline(Vec<Point>);

impl Outline {
    /// Checks the rings of a GeoJSON polygon.
    ///
    /// # Errors
    /// Every [`GeometryError`] but [`GeometryError::Outside`].
    pub fn new(mut rings: Vec<Vec<Point>>) -> Result<Self, GeometryError> {
        let ring = match rings.len() {
            0 => return Err(GeometryError::TooFewPoints),
            1 => rings.remove(0),
            _ => return Err(GeometryError::HasHoles),
        };
        if ring.len() > MOST_POINTS {
            return Err(GeometryError::TooManyPoints);
        }
        check_ring(&ring)?;
        if crosses_itself(&ring) {
            return Err(GeometryError::CrossesItself);
        }
        Ok(Self(ring))
    }

    /// The box around it.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let start = Bounds {
            west: f64::INFINITY,
            south: f64::INFINITY,
            east: f64::NEG_INFINITY,
            north: f64::NEG_INFINITY,
        };
        self.0.iter().fold(start, |bounds, [x, y]| Bounds {
            west: bounds.west.min(*x),
            south: bounds.south.min(*y),
            east: bounds.east.max(*x),
            north: bounds.north.max(*y),
        })
    }

    /// Refuses a boundary that stands out of the division's by more than about 50 m.
    ///
    /// # Errors
    /// [`GeometryError::Outside`].
    pub fn must_lie_in(&self, division: &Territory) -> Result<(), GeometryError> {
        let middles = self.0.windows(2).filter_map(|pair| match pair {
            [[ax, ay], [bx, by]] => Some([f64::midpoint(*ax, *bx), f64::midpoint(*ay, *by)]),
            _ => None,
        });
        let mut looked_at = self.0.iter().copied().chain(middles);
        if looked_at.all(|point| division.contains(point)) {
            Ok(())
        } else {
            Err(GeometryError::Outside)
        }
    }
}

/// A division's boundary: all rings of all its polygons; what lies in an odd number of them lies inside.
#[derive(Debug, Clone, PartialEq)]
pub struct Territory(Vec<Vec<Point>>);

impl Territory {
    /// Checks the rings of a GeoJSON polygon or of several.
    ///
    /// # Errors
    /// [`GeometryError::TooFewPoints`], [`GeometryError::TooManyPoints`], [`GeometryError::NotClosed`],
    /// [`GeometryError::OutOfRange`].
    pub fn new(rings: Vec<Vec<Point>>) -> Result<Self, GeometryError> {
        if rings.is_empty() {
            return Err(GeometryError::TooFewPoints);
        }
        if rings.iter().map(Vec::len).sum::<usize>() > MOST_REGION_POINTS {
            return Err(GeometryError::TooManyPoints);
        }
        rings.iter().try_for_each(|ring| check_ring(ring))?;
        Ok(Self(rings))
    }

    fn contains(&self, point: Point) -> bool {
        let crossings = edges(&self.0).filter(|(a, b)| passes_east_of(point, *a, *b)).count();
        crossings % 2 == 1 || edges(&self.0).any(|(a, b)| distance(point, a, b) <= TOLERANCE)
    }
}

fn edges(rings: &[Vec<Point>]) -> impl Iterator<Item = (Point, Point)> {
    rings
        .iter()
        .flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().skip(1)))
}

fn check_ring(ring: &[Point]) -> Result<(), GeometryError> {
    let on_earth = |[x, y]: &Point| (-180.0..=180.0).contains(x) && (-90.0..=90.0).contains(y);
    if !ring.iter().all(on_earth) {
        return Err(GeometryError::OutOfRange);
    }
    if ring.len() < 4 {
        return Err(GeometryError::TooFewPoints);
    }
    // Written by the same hand or not at all: no tolerance.
    if ring.first() == ring.last() {
        Ok(())
    } else {
        Err(GeometryError::NotClosed)
    }
}

/// Each edge against each other one; for 2,000 points that is a few milliseconds.
fn crosses_itself(ring: &[Point]) -> bool {
    let edges: Vec<(Point, Point)> = ring.iter().copied().zip(ring.iter().copied().skip(1)).collect();
    let last = edges.len() - 1;
    edges.iter().enumerate().any(|(index, &(a, b))| {
        let others = edges.iter().enumerate().skip(index + 1);
        a == b
            || others.clone().any(|(other, &(c, d))| {
                let neighbours = other == index + 1 || (index == 0 && other == last);
                if neighbours {
                    // They share a corner; they may not lie on each other.
                    let (corner, one, two) = if other == index + 1 { (b, a, d) } else { (a, b, c) };
                    turn(corner, one, two) == 0.0 && dot(corner, one, two) > 0.0
                } else {
                    meet(a, b, c, d)
                }
            })
    })
}

/// Positive: `c` lies to the left of the way from `a` to `b`.
fn turn([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point) -> f64 {
    (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

fn dot([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point) -> f64 {
    (bx - ax) * (cx - ax) + (by - ay) * (cy - ay)
}

fn meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let (abc, abd, cda, cdb) = (turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b));
    if abc * abd < 0.0 && cda * cdb < 0.0 {
        return true;
    }
    let on = |from: Point, to: Point, point: Point, side: f64| {
        side == 0.0
            && (from[0].min(to[0])..=from[0].max(to[0])).contains(&point[0])
            && (from[1].min(to[1])..=from[1].max(to[1])).contains(&point[1])
    };
    on(a, b, c, abc) || on(a, b, d, abd) || on(c, d, a, cda) || on(c, d, b, cdb)
}

/// Whether the ray from the point to the east meets the edge.
fn passes_east_of([x, y]: Point, [ax, ay]: Point, [bx, by]: Point) -> bool {
    (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax
}

fn distance(point: Point, a: Point, b: Point) -> f64 {
    let length_squared = (b[0] - a[0]).powi(2) + (b[1] - a[1]).powi(2);
    let along = if length_squared == 0.0 {
        0.0
    } else {
        (dot(a, b, point) / length_squared).clamp(0.0, 1.0)
    };
    let nearest = [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])];
    (point[0] - nearest[0]).hypot(point[1] - nearest[1])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;
    use proptest::prelude::*;

    fn square(west: f64, south: f64, side: f64) -> Vec<Point> {
        let (east, north) = (west + side, south + side);
        vec![
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
        ]
    }

    #[test]
    fn a_square_is_a_boundary_and_a_bow_is_none() {
        assert!(Outline::new(vec![square(116.0, 40.0, 0.01)]).is_ok());
        let bow = vec![[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
        assert_eq!(Outline::new(vec![bow]), Err(GeometryError::CrossesItself));
        let touching = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [2.0, 0.0], [0.0, 4.0], [0.0, 0.0]];
        assert_eq!(Outline::new(vec![touching]), Err(GeometryError::CrossesItself));
        let spike = vec![[0.0, 0.0], [4.0, 0.0], [2.0, 0.0], [2.0, 4.0], [0.0, 0.0]];
        assert_eq!(Outline::new(vec![spike]), Err(GeometryError::CrossesItself));
        let twice = vec![[0.0, 0.0], [4.0, 0.0], [4.0, 0.0], [2.0, 4.0], [0.0, 0.0]];
        assert_eq!(Outline::new(vec![twice]), Err(GeometryError::CrossesItself));
    }

    #[test]
    fn what_is_wrong_with_a_ring_is_said() {
        let mut open = square(116.0, 40.0, 0.01);
        open.pop();
        assert_eq!(Outline::new(vec![open]), Err(GeometryError::NotClosed));
        assert_eq!(Outline::new(Vec::new()), Err(GeometryError::TooFewPoints));
        let line = vec![[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        assert_eq!(Outline::new(vec![line]), Err(GeometryError::TooFewPoints));
        assert_eq!(
            Outline::new(vec![square(40.0, 116.0, 0.01)]),
            Err(GeometryError::OutOfRange)
        );
        let two = vec![square(0.0, 0.0, 4.0), square(1.0, 1.0, 1.0)];
        assert_eq!(Outline::new(two), Err(GeometryError::HasHoles));
        let many = vec![[1.0, 1.0]; MOST_POINTS + 1];
        assert_eq!(Outline::new(vec![many]), Err(GeometryError::TooManyPoints));
    }

    #[test]
    fn a_grid_lies_in_its_division_give_or_take_fifty_metres() {
        let mut rings = vec![square(116.0, 40.0, 0.1), square(117.0, 40.0, 0.1)];
        rings.push(square(116.04, 40.04, 0.02));
        let division = Territory::new(rings).unwrap();
        let grid = |west, south, side| Outline::new(vec![square(west, south, side)]).unwrap();
        assert_eq!(grid(116.0, 40.0, 0.02).must_lie_in(&division), Ok(()));
        assert_eq!(grid(115.9998, 39.9998, 0.02).must_lie_in(&division), Ok(()));
        assert_eq!(grid(117.05, 40.05, 0.02).must_lie_in(&division), Ok(()));
        let outside = Err(GeometryError::Outside);
        assert_eq!(grid(116.09, 40.05, 0.02).must_lie_in(&division), outside);
        assert_eq!(
            grid(116.045, 40.045, 0.005).must_lie_in(&division),
            outside,
            "in the hole"
        );
        assert_eq!(grid(118.0, 40.0, 0.02).must_lie_in(&division), outside);
        let bounds = grid(116.0, 40.0, 0.5).bounds();
        assert_eq!((bounds.west, bounds.north), (116.0, 40.5));
    }

    proptest! {
        /// Corners at growing angles around a middle make a star that never crosses itself; two swapped corners do.
        #[test]
        fn a_star_is_simple_until_two_corners_are_swapped(radii in proptest::collection::vec(0.5f64..1.0, 6..40)) {
            let count = radii.len();
            let corner = |(index, radius): (usize, &f64)| {
                #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
                let angle = std::f64::consts::TAU * index as f64 / count as f64;
                [116.0 + radius * angle.cos(), 40.0 + radius * angle.sin()]
            };
            let mut ring: Vec<Point> = radii.iter().enumerate().map(corner).collect();
            ring.push(ring[0]);
            prop_assert!(Outline::new(vec![ring.clone()]).is_ok());
            let middle = count / 2;
            ring.swap(1, middle);
            prop_assert_eq!(Outline::new(vec![ring]), Err(GeometryError::CrossesItself));
        }
    }
}
