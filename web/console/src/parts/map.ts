/** Leaflet, loaded when the first map is shown. */
import L from "leaflet";
import "leaflet/dist/leaflet.css";

export { L };
