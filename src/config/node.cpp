#include "node.hpp"

#include <algorithm>
#include <utility>

namespace larder::config {

struct Node::Content {
  Kind kind = Kind::nothing;
  bool is_flow = false;
  Place place;
  std::size_t weight = 1;
  std::string text;
  std::vector<Node> items;
  std::vector<Entry> entries;
};

Node::Node(std::string text, Place place) : Node(of(Kind::text, place)) {
  content_->text = std::move(text);
}

Node Node::of(Kind kind, Place place) {
  Node node;
  node.content_ = std::make_shared<Content>();
  node.content_->kind = kind;
  node.content_->place = place;
  return node;
}

Node Node::nothing(Place place) {
  return of(Kind::nothing, place);
}

Node Node::list(Place place) {
  return of(Kind::list, place);
}

Node Node::map(Place place) {
  return of(Kind::map, place);
}

Node::Kind Node::kind() const {
  return content_ ? content_->kind : Kind::nothing;
}

Place Node::place() const {
  return content_ ? content_->place : Place{};
}

const std::string& Node::text() const {
  static const std::string none;
  return content_ ? content_->text : none;
}

const std::vector<Node>& Node::items() const {
  static const std::vector<Node> none;
  return content_ ? content_->items : none;
}

const std::vector<Node::Entry>& Node::entries() const {
  static const std::vector<Entry> none;
  return content_ ? content_->entries : none;
}

const Node* Node::find(std::string_view key) const {
  const auto found = std::ranges::find_if(
      entries(), [key](const Entry& entry) { return entry.has_word && entry.key == key; });
  return found == entries().end() ? nullptr : &found->value;
}

std::size_t Node::weight() const {
  return content_ ? content_->weight : 1;
}

bool Node::is_flow() const {
  return content_ && content_->is_flow;
}

void Node::set_flow() {
  content_->is_flow = true;
}

void Node::push_back(Node item) {
  content_->weight += item.weight();
  content_->items.push_back(std::move(item));
}

void Node::insert(std::string key, Node value) {
  insert({std::move(key), {}, std::move(value)});
}

void Node::insert(Entry entry) {
  content_->weight += entry.value.weight();
  content_->entries.push_back(std::move(entry));
}

}  // namespace larder::config
