// WeChat's native components that the client uses. Each is an element of its own name; the style sheet of the page
// gives those that are not inline a box.
export const NormalComponentNames = [
  "view", "text", "button", "image", "input", "textarea", "scroll-view", "swiper", "swiper-item", "label", "navigator",
  "picker", "radio", "radio-group", "checkbox", "checkbox-group", "switch", "form", "icon", "map", "web-view",
  "page-meta", "root-portal", "cover-view", "rich-text", "progress", "slider",
];
