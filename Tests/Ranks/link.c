// Joins two TUN devices like a slow line: a packet arrives MILLISECONDS after it was sent, but for
// LOSS percent of them, which never do. For kernels whose tc has no netem.
//
// link DEVICE DEVICE MILLISECONDS LOSS: says "ready" when both devices are there.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { largest_packet = 2048, most_packets = 16384 };

struct packet {
  int64_t due;
  int size;
  unsigned char bytes[largest_packet];
};

// Packets on their way in one direction.
struct line {
  int from, to;
  unsigned first, count;
  struct packet *packets;
};

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static int open_device(const char *name) {
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  struct ifreq request;
  memset(&request, 0, sizeof request);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (device < 0 || ioctl(device, TUNSETIFF, &request) < 0) {
    perror(name);
    exit(1);
  }
  return device;
}

static void take(struct line *line, int64_t delay, double loss) {
  unsigned char spare[largest_packet];
  for (;;) {
    int isFull = line->count == most_packets;
    struct packet *packet = &line->packets[(line->first + line->count) % most_packets];
    ssize_t size = read(line->from, isFull ? spare : packet->bytes, largest_packet);
    if (size <= 0) return;
    if (isFull || drand48() * 100 < loss) continue;
    packet->size = (int)size;
    packet->due = now() + delay;
    line->count++;
  }
}

// Passes on what is due; the time of the next, or INT64_MAX.
static int64_t give(struct line *line) {
  while (line->count > 0) {
    struct packet *packet = &line->packets[line->first];
    if (packet->due > now()) return packet->due;
    // A device that is not up yet, or full, loses the packet, as a line does.
    if (write(line->to, packet->bytes, (size_t)packet->size) < 0 && errno == EBADF) exit(1);
    line->first = (line->first + 1) % most_packets;
    line->count--;
  }
  return INT64_MAX;
}

int main(int count, char **arguments) {
  if (count != 5) return 64;
  int64_t delay = (int64_t)(atof(arguments[3]) * 1e6);
  double loss = atof(arguments[4]);
  struct line lines[2] = {{.from = open_device(arguments[1])}, {.from = open_device(arguments[2])}};
  for (int i = 0; i < 2; i++) {
    lines[i].to = lines[1 - i].from;
    lines[i].packets = malloc(most_packets * sizeof(struct packet));
    if (lines[i].packets == NULL) return 1;
  }
  srand48(1);
  puts("ready");
  fflush(stdout);
  for (;;) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < 2; i++) {
      take(&lines[i], delay, loss);
      int64_t due = give(&lines[i]);
      if (due < next) next = due;
    }
    struct pollfd devices[2] = {
      {.fd = lines[0].from, .events = POLLIN}, {.fd = lines[1].from, .events = POLLIN}};
    int64_t wait = next == INT64_MAX ? 1000000000 : next - now();
    if (wait < 0) wait = 0;
    struct timespec limit = {wait / 1000000000, wait % 1000000000};
    ppoll(devices, 2, &limit, NULL);
  }
}
