/* A provider that says yes at once: what stands at the other end while we measure ourselves.
 *
 * POST .../Messages.json   201, as Twilio answers a new text
 * POST .../mail/send       202, as SendGrid answers a batch of e-mails
 * GET  anything            {"texts": n, "mails": n}, how many requests of each kind came
 *
 * With an argument each answer to a POST comes that many milliseconds later, as from a provider far away.
 * One thread, epoll, kept-alive connections; bodies are counted off, never kept. Prints its port.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 4096, HEAD = 16384, CHUNK = 262144, EVENTS = 128, WAITING = 65536 };
enum kind { LOOK, TEXT, MAIL };

struct connection {
  char head[HEAD];
  int length;     /* bytes of the head that came so far */
  long body_left; /* bytes of the body still to come */
  enum kind kind;
};

/* An answer that is not due yet; all wait equally long, so the oldest is always due first. */
struct later {
  int socket;
  struct connection *to;
  enum kind kind;
  double due;
};

static struct connection *connections[CONNECTIONS];
static struct later waiting[WAITING];
static unsigned oldest, newest;
static double delay; /* milliseconds */
static char chunk[CHUNK];
static long seen[3];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static void answer(int socket, enum kind kind) {
  char body[256], whole[512];
  int size = 0, written;
  const char *status = "200 OK", *extra = "";
  char message_id[64];
  long number = ++seen[kind];
  if (kind == TEXT) {
    status = "201 Created";
    size = snprintf(body, sizeof body,
                    "{\"sid\": \"SM%032lx\", \"status\": \"queued\", \"num_segments\": \"2\", \"direction\": "
                    "\"outbound-api\", \"error_code\": null, \"error_message\": null}",
                    number);
  } else if (kind == MAIL) {
    status = "202 Accepted";
    snprintf(message_id, sizeof message_id, "X-Message-Id: %022lx\r\n", number);
    extra = message_id;
  } else {
    size = snprintf(body, sizeof body, "{\"texts\": %ld, \"mails\": %ld}", seen[TEXT], seen[MAIL]);
  }
  written = snprintf(whole, sizeof whole, "HTTP/1.1 %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%.*s",
                     status, extra, size, size, body);
  if (write(socket, whole, written) != written) perror("write");
}

static void answer_in_time(int socket, struct connection *c) {
  struct later one = {socket, c, c->kind, now() + delay};
  if (delay <= 0 || c->kind == LOOK) answer(socket, c->kind);
  else waiting[newest++ % WAITING] = one;
}

/* Gives the answers that are due, and returns how long the next one still waits (-1: there is none). */
static int answer_what_is_due(void) {
  while (oldest != newest) {
    struct later *one = &waiting[oldest % WAITING];
    double left = one->due - now();
    if (left > 0) return (int)left + 1;
    if (connections[one->socket] == one->to) answer(one->socket, one->kind);
    oldest++;
  }
  return -1;
}

/* Reads the first line and the length of the body from a whole head. */
static void understand(struct connection *c) {
  char *line_end = memchr(c->head, '\n', c->length);
  long line = line_end ? line_end - c->head : c->length;
  char *length;
  c->head[c->length - 1] = 0;
  length = strcasestr(c->head, "\ncontent-length:");
  c->body_left = length ? atol(length + 16) : 0;
  c->kind = memcmp(c->head, "POST", 4) ? LOOK : memmem(c->head, line, "Messages.json", 13) ? TEXT : MAIL;
}

/* Takes what was read and answers every request that is complete. */
static void feed(int socket, struct connection *c, const char *data, long size) {
  while (size > 0) {
    if (c->body_left > 0) {
      long part = size < c->body_left ? size : c->body_left;
      data += part, size -= part, c->body_left -= part;
    } else {
      int before = c->length;
      long room = HEAD - c->length, part = size < room ? size : room, used;
      char *end;
      memcpy(c->head + c->length, data, part);
      c->length += part;
      end = memmem(c->head, c->length, "\r\n\r\n", 4);
      if (!end) {
        if (c->length == HEAD) exit(2); /* no head of ours is that long */
        return;
      }
      used = end + 4 - c->head - before;
      c->length = before + used;
      data += used, size -= used;
      understand(c);
      c->length = 0;
    }
    if (c->body_left == 0) answer_in_time(socket, c);
  }
}

static void hear(int socket) {
  struct connection *c = connections[socket];
  ssize_t size = read(socket, chunk, CHUNK);
  if (size > 0) {
    feed(socket, c, chunk, size);
    return;
  }
  free(c);
  connections[socket] = 0;
  close(socket);
}

static void greet(int epoll, int door) {
  int on = 1, socket = accept(door, 0, 0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = socket};
  if (socket < 0) return;
  if (socket >= CONNECTIONS) {
    close(socket);
    return;
  }
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  connections[socket] = calloc(1, sizeof(struct connection));
  epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &wanted);
}

int main(int count, char **words) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  struct epoll_event wanted = {.events = EPOLLIN}, events[EVENTS];
  int door = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
  signal(SIGPIPE, SIG_IGN);
  delay = count > 1 ? atof(words[1]) : 0;
  if (bind(door, (struct sockaddr *)&address, sizeof address) || listen(door, 1024)) return perror("bind"), 1;
  getsockname(door, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  wanted.data.fd = door;
  epoll_ctl(epoll, EPOLL_CTL_ADD, door, &wanted);
  for (;;) {
    int ready = epoll_wait(epoll, events, EVENTS, answer_what_is_due());
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == door) greet(epoll, door);
      else hear(events[i].data.fd);
    }
  }
}
