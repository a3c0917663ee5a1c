//! A plain map: dots where sites stand, scaled to the sites of the counties around. No tiles from outside.

use minyi_store::Position;

use super::view::SiteLine;

/// The longer side of the drawing, without its margins.
const LONG: f64 = 560.0;
/// Around everything: room for the largest dot.
const MARGIN: f64 = 30.0;
/// Kilometres of a degree of latitude.
const DEGREE: f64 = 111.3;
/// Degrees below which everything would lie on one spot.
const NARROWEST: f64 = 0.01;
/// Kilometres that the scale may say.
const SCALES: [f64; 9] = [0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];

/// The drawing.
pub struct Map {
    pub width: f64,
    pub height: f64,
    /// Other sites.
    pub ground: Vec<(f64, f64)>,
    pub dots: Vec<Dot>,
    /// Length in the drawing, and what it says.
    pub scale: (f64, String),
    /// The same in words.
    pub words: String,
}

/// A site from which some came.
pub struct Dot {
    pub x: f64,
    pub y: f64,
    pub radius: f64,
    /// The line of the table.
    pub number: usize,
    pub title: String,
}

/// Where things lie in the drawing.
struct Projection {
    west: f64,
    north: f64,
    /// A degree of longitude is shorter than one of latitude by this.
    squeeze: f64,
    /// Units a degree of latitude.
    unit: f64,
}

impl Projection {
    fn place(&self, position: Position) -> (f64, f64) {
        let x = (position.longitude - self.west) * self.squeeze * self.unit + MARGIN;
        (x, (self.north - position.latitude) * self.unit + MARGIN)
    }
}

impl Map {
    /// The map of sites, in the order of the table, among the sites around; `None`: none of them has a position.
    pub fn of(sites: &[SiteLine], around: &[Position]) -> Option<Self> {
        let own = sites.iter().filter_map(|site| site.position);
        let all: Vec<Position> = own.clone().chain(around.iter().copied()).collect();
        own.clone().next()?;
        let (projection, width, height) = project(&all);
        let most = sites.iter().map(|site| site.count).max().unwrap_or(1).max(1);
        let dots = sites.iter().zip(1..).filter_map(|(site, number)| {
            let (x, y) = projection.place(site.position?);
            Some(Dot {
                x,
                y,
                radius: 7.0 + 17.0 * (to_f64(site.count) / to_f64(most)).sqrt(),
                number,
                title: format!("{}：{} 件", site.name, site.count),
            })
        });
        let dots: Vec<Dot> = dots.collect();
        let said: Vec<&str> = dots.iter().take(10).map(|dot| dot.title.as_str()).collect();
        let more = if dots.len() > said.len() { "等" } else { "" };
        Some(Self {
            width,
            height,
            ground: around.iter().map(|position| projection.place(*position)).collect(),
            scale: scale(projection.unit / DEGREE),
            words: format!("地图，圆点越大件数越多。{}{more}", said.join("；")),
            dots,
        })
    }
}

/// The drawing in which all these positions have room: how, its width, its height.
fn project(all: &[Position]) -> (Projection, f64, f64) {
    let least = |of: fn(&Position) -> f64| all.iter().map(of).fold(f64::INFINITY, f64::min);
    let most = |of: fn(&Position) -> f64| all.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
    let (west, east) = (least(|at| at.longitude), most(|at| at.longitude));
    let (south, north) = (least(|at| at.latitude), most(|at| at.latitude));
    let squeeze = ((south + north) / 2.0).to_radians().cos().max(0.01);
    let (across, down) = (((east - west) * squeeze).max(NARROWEST), (north - south).max(NARROWEST));
    let unit = LONG / across.max(down);
    // What is narrower than the narrowest lies in the middle.
    let projection = Projection {
        west: west - (across / squeeze - (east - west)) / 2.0,
        north: north + (down - (north - south)) / 2.0,
        squeeze,
        unit,
    };
    (projection, across * unit + 2.0 * MARGIN, down * unit + 2.0 * MARGIN)
}

/// The longest length that takes at most a third of the long side.
fn scale(units_per_kilometre: f64) -> (f64, String) {
    let fitting = SCALES
        .iter()
        .rev()
        .find(|scale| **scale * units_per_kilometre <= LONG / 3.0);
    let kilometres = fitting.copied().unwrap_or(0.2);
    let words = if kilometres < 1.0 {
        format!("{:.0} 米", kilometres * 1000.0)
    } else {
        format!("{kilometres:.0} 公里")
    };
    (kilometres * units_per_kilometre, words)
}

#[expect(clippy::cast_precision_loss, reason = "counts of submissions are small")]
const fn to_f64(count: i64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn site(count: i64, position: Option<(f64, f64)>) -> SiteLine {
        SiteLine {
            id: uuid::Uuid::nil(),
            name: "某站".to_owned(),
            count,
            grids: Vec::new(),
            position: position.map(|(longitude, latitude)| Position { longitude, latitude }),
        }
    }

    #[test]
    fn north_is_up_and_more_is_larger() {
        let sites = [
            site(9, Some((120.1, 36.2))),
            site(1, Some((120.2, 36.1))),
            site(5, None),
        ];
        let far = Position {
            longitude: 120.4,
            latitude: 36.0,
        };
        let map = Map::of(&sites, &[far]).unwrap();
        let [north, south] = map.dots.as_slice() else {
            unreachable!("two have a position")
        };
        assert!(north.y < south.y && north.x < south.x && north.radius > south.radius);
        assert_eq!((north.number, south.number), (1, 2));
        let inside = |(x, y): (f64, f64)| (0.0..=map.width).contains(&x) && (0.0..=map.height).contains(&y);
        assert!(inside((north.x, north.y)) && map.ground.iter().all(|at| inside(*at)));
        assert_eq!(map.scale.1, "5 公里");
    }

    #[test]
    fn one_spot_lies_in_the_middle_and_none_makes_no_map() {
        let map = Map::of(&[site(2, Some((120.0, 36.0)))], &[]).unwrap();
        let middle = |at: f64, side: f64| (at - side / 2.0).abs() < 1.0;
        assert!(middle(map.dots.first().unwrap().x, map.width) && middle(map.dots.first().unwrap().y, map.height));
        assert!(Map::of(&[site(2, None)], &[]).is_none());
    }
}
