#include <larder/policy/validation.hpp>
#include <larder/store/stored_response.hpp>

#include <algorithm>
#include <cstring>
#include <new>

namespace larder::store {
namespace {

/// Allocates that many bytes more than are asked for.
template <class T>
struct WithRoom {
  using value_type = T;

  explicit WithRoom(std::size_t bytes) : room(bytes) {}
  template <class U>
  WithRoom(const WithRoom<U>& other) : room(other.room) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T) + room)); }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory); }

  template <class U>
  bool operator==(const WithRoom<U>& other) const {
    return room == other.room;
  }

  std::size_t room;
};

/// What glibc's malloc takes for that many bytes: its own word before them, all rounded up.
constexpr std::size_t allocated(std::size_t bytes) {
  constexpr std::size_t word = 8;
  constexpr std::size_t grain = 16;
  return (bytes + word + grain - 1) / grain * grain;
}

/// std::allocate_shared()'s counts and its copy of WithRoom, before the object.
constexpr std::size_t control_block = 24;

/// Texts one after the other, each after its size.
constexpr std::size_t size_of_size = sizeof(std::uint32_t);

std::size_t size_of(const std::vector<std::string>& texts) {
  std::size_t size = 0;
  for (const std::string& text : texts) size += size_of_size + text.size();
  return size;
}

char* write(char* out, std::string_view text) {
  return std::copy(text.begin(), text.end(), out);
}

char* write(char* out, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto size = static_cast<std::uint32_t>(text.size());
    std::memcpy(out, &size, size_of_size);
    out = write(out + size_of_size, text);
  }
  return out;
}

/// Takes the first text off.
std::string_view take_text(std::string_view& texts) {
  std::uint32_t size = 0;
  std::memcpy(&size, texts.data(), size_of_size);
  const std::string_view text = texts.substr(size_of_size, size);
  texts.remove_prefix(size_of_size + size);
  return text;
}

/// The site and path that a primary key shows: `GET:http://site/path?query`. Mostly they are the tags', and
/// need no memory of their own.
struct Place {
  std::string_view site;
  std::string_view path;
};
Place place_in(std::string_view key) {
  constexpr std::string_view before_site = "://";
  const std::size_t begin = key.find(before_site);
  if (begin == std::string_view::npos) return {};
  const std::string_view from_site = key.substr(begin + before_site.size());
  const std::string_view authority = from_site.substr(0, from_site.find('/'));
  const std::string_view from_path = from_site.substr(authority.size());
  return {authority.substr(0, authority.find(':')), from_path.substr(0, from_path.find_first_of("?#"))};
}

bool shows_place(const Draft& draft) {
  const Place place = place_in(draft.primary_key);
  return place.site == draft.tags.site && place.path == draft.tags.path;
}

}  // namespace

/// Where the parts of a draft come to lie behind the object.
class StoredResponse::Layout {
 public:
  explicit Layout(const Draft& draft)
      : is_outside(draft.content.size() > most_inside), has_own_place(!shows_place(draft)) {
    end_ = is_outside ? sizeof(Bytes) : 0;
    const std::size_t primary_size = draft.primary_key.size();
    add(Part::field_lines, draft.fields.wire().size());
    add(Part::primary_key, primary_size);
    add(Part::variant, std::max(draft.variant_key.size(), primary_size) - primary_size);
    add(Part::site, has_own_place ? draft.tags.site.size() : 0);
    add(Part::path, has_own_place ? draft.tags.path.size() : 0);
    add(Part::tags, size_of(draft.tags.names));
    add(Part::vary, size_of(draft.vary));
    add(Part::content, is_outside ? 0 : draft.content.size());
  }

  std::size_t size() const { return end_; }

  const bool is_outside;
  const bool has_own_place;
  Ends ends{};

 private:
  void add(Part part, std::size_t size) {
    end_ += size;
    ends[static_cast<std::size_t>(part)] = static_cast<std::uint32_t>(end_);
  }

  std::size_t end_ = 0;
};

StoredResponsePtr StoredResponse::from(const Draft& draft) {
  const Layout layout(draft);
  return std::allocate_shared<StoredResponse>(WithRoom<StoredResponse>(layout.size()), layout, draft);
}

StoredResponse::StoredResponse(const Layout& layout, const Draft& draft)
    : lifetimes(draft.lifetimes),
      born(draft.born),
      checked(draft.checked),
      ends_(layout.ends),
      status(static_cast<std::uint16_t>(draft.status)),
      softly_purged(draft.softly_purged),
      can_validate(policy::can_be_validated(draft.status, draft.fields)),
      is_outside_(layout.is_outside),
      has_own_place_(layout.has_own_place) {
  char* out = reinterpret_cast<char*>(this + 1);
  if (is_outside_) out = reinterpret_cast<char*>(new (out) Bytes(draft.content) + 1);
  out = write(out, draft.fields.wire());
  out = write(out, draft.primary_key);
  if (!draft.variant_key.empty()) {
    out = write(out, std::string_view(draft.variant_key).substr(draft.primary_key.size()));
  }
  if (has_own_place_) out = write(write(out, draft.tags.site), draft.tags.path);
  out = write(out, draft.tags.names);
  out = write(out, draft.vary);
  if (!is_outside_) write(out, draft.content.view());
}

StoredResponse::~StoredResponse() {
  if (is_outside_) outside().~Bytes();
}

std::string_view StoredResponse::between(Part first, Part last) const {
  const auto index = static_cast<std::size_t>(first);
  const std::size_t from = index != 0 ? ends_[index - 1] : is_outside_ ? sizeof(Bytes) : 0;
  return {room() + from, ends_[static_cast<std::size_t>(last)] - from};
}

std::string_view StoredResponse::variant_key() const {
  return between(Part::primary_key, Part::variant);
}

std::string_view StoredResponse::content() const {
  return is_outside_ ? outside().view() : part(Part::content);
}

std::vector<std::string_view> StoredResponse::texts(Part part) const {
  std::vector<std::string_view> list;
  for (std::string_view left = this->part(part); !left.empty();) list.push_back(take_text(left));
  return list;
}

bool StoredResponse::is_variant(std::string_view primary_key, const std::vector<std::string>& names) const {
  std::string_view left = part(Part::vary);
  for (const std::string& name : names) {
    if (left.empty() || take_text(left) != name) return false;
  }
  return left.empty() && this->primary_key() == primary_key;
}

policy::TagsView StoredResponse::tags() const {
  const Place place = has_own_place_ ? Place{part(Part::site), part(Part::path)} : place_in(primary_key());
  return {place.site, place.path, texts(Part::tags)};
}

std::size_t StoredResponse::weight() const {
  const std::size_t behind = ends_[static_cast<std::size_t>(Part::content)];
  const std::size_t block = allocated(control_block + sizeof(StoredResponse) + behind);
  return is_outside_ ? block + allocated(outside().size()) : block;
}

Bytes content_of(const StoredResponsePtr& response) {
  // What is made from it must not keep this one.
  return response->is_outside_ ? response->outside() : Bytes(response, response->content());
}

Bytes field_lines_of(const StoredResponsePtr& response) {
  return Bytes(response, response->field_lines());
}

Draft copy_of(const StoredResponsePtr& response) {
  const auto strings = [](const std::vector<std::string_view>& texts) {
    return std::vector<std::string>(texts.begin(), texts.end());
  };
  const policy::TagsView tags = response->tags();
  return {.primary_key = std::string(response->primary_key()),
          .vary = strings(response->vary()),
          .variant_key = std::string(response->variant_key()),
          .status = response->status,
          .fields = response->fields(),
          .content = content_of(response),
          .lifetimes = response->lifetimes,
          .tags = {std::string(tags.site), std::string(tags.path), strings(tags.names)},
          .born = response->born,
          .softly_purged = response->softly_purged,
          .checked = response->checked};
}

}  // namespace larder::store
