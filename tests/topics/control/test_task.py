"""Learning to balance: nothing passes from one episode to another, and the pieces do what they promise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from coursekit.nn import GRU, GRUCell
from coursekit.topics.control import actor_critic
from coursekit.topics.control import task as control
from coursekit.topics.control.actor_critic import OneStep, Policy, live, score, train_policy
from coursekit.topics.control.data import NOISY_POSITIONS, POSITIONS, WHOLE_STATE, CartPole, EnvironmentStep


class Clock:
    """Environments that count their steps; each episode lasts as long as `lengths` says, and is cut where `cut`."""

    actions = 3

    def __init__(self, lengths=(3, 5), cut=(False, True)):
        self.lengths, self.cut, self.age = np.array(lengths), np.array(cut), np.zeros(len(lengths), int)

    @property
    def observation(self):
        return self.age[:, None].astype(np.float32)

    def step(self, actions):
        self.age += 1
        final, over = self.observation, self.age >= self.lengths
        self.age[over] = 0
        return EnvironmentStep(
            self.observation, final, np.full(len(over), 2.0, np.float32), over & ~self.cut, over & self.cut
        )


@pytest.fixture
def policy():
    torch.manual_seed(0)
    return Policy(1, 3, H=4, cell=GRUCell)


def test_rows_reset_the_state_where_an_episode_ends(policy):
    """The logits of a row are those of its episodes, each run alone from a zero state."""
    rows, h = live(policy, Clock(), torch.zeros(2, 4), 12, np.random.default_rng(0))
    for n, length in enumerate((3, 5)):
        alone, state = [], torch.zeros(1, 4)
        for t in range(12):
            state = torch.zeros(1, 4) if t % length == 0 else state
            logits, _, state = policy(torch.tensor([[float(t % length)]]), state)
            alone.append(logits)
        torch.testing.assert_close(rows.logits[n], torch.cat(alone), atol=1e-5, rtol=1e-4)
    assert (h[0] == 0).all() and (h[1] != 0).all()  # 12 steps are four whole episodes of the first, not of the second


def test_a_cut_episode_is_valued_by_what_was_seen_last(policy):
    rows, _ = live(policy, Clock(), torch.zeros(2, 4), 7, np.random.default_rng(0))
    assert np.flatnonzero(rows.next_values[0]).tolist() == [6] and np.flatnonzero(rows.next_values[1]).tolist() == [
        4,
        6,
    ]
    with torch.no_grad():
        state = torch.zeros(1, 4)
        for age in range(6):
            _, value, state = policy(torch.tensor([[float(age)]]), state)
    np.testing.assert_allclose(rows.next_values[1, 4], value.item(), rtol=1e-5)


def test_the_critic_gets_no_gradient_through_the_policy_part():
    logits, values = torch.zeros(2, 3, 2, requires_grad=True), torch.zeros(2, 3, requires_grad=True)
    actor_critic.actor_critic_loss(
        logits, values, torch.ones(2, 3, dtype=torch.long), torch.full((2, 3), 2.0)
    ).backward()
    torch.testing.assert_close(values.grad, torch.full((2, 3), -2 / 6))
    assert (logits.grad[..., 1] < 0).all()


def test_training_improves_and_leaves_the_policy_as_it_was():
    method = control.ControlMethod(WHOLE_STATE)
    untrained = control.new_policy(method, 0)
    before = [weight.clone() for weight in untrained.parameters()]
    history = train_policy(untrained, control.carts(method, 64, 0), updates=25, progress=False)
    assert len(history) == 25
    for weight, old in zip(untrained.parameters(), before, strict=True):
        torch.testing.assert_close(weight, old, rtol=0, atol=0)

    def steps(policy):
        return score(policy, control.carts(method, 50, 9), 200, greedy=True).mean()

    assert steps(history.model) > 2 * steps(untrained)


@pytest.mark.parametrize("name", ["no memory", "GRU"])
def test_equal_seeds_give_equal_results(name):
    first, second = (control.balance(control.EXACT[name], 4, updates=3, progress=False) for _ in range(2))
    assert first.steps == second.steps and first.history.loss == second.history.loss
    assert control.balance(control.EXACT[name], 5, updates=3, progress=False).history.loss != first.history.loss


def test_a_layer_of_your_own_acts_as_a_cell():
    def cell(D, H):
        return OneStep(GRU(D, H, batch_first=True, backend="readable"))

    ours = control.new_policy(control.methods(POSITIONS, cell=cell)["GRU"], 0)
    theirs = control.new_policy(control.EXACT["GRU"], 0)
    theirs.load_state_dict({key.replace("layer.", "").replace("_l0", ""): w for key, w in ours.state_dict().items()})
    x, h = torch.randn(5, 2), torch.randn(5, 32)
    for mine, reference in zip(ours(x, h), theirs(x, h), strict=True):
        torch.testing.assert_close(mine, reference)


def test_the_score_ends_with_the_first_episode(policy):
    assert score(policy, Clock(), 20, greedy=True).tolist() == [6.0, 10.0]
    assert score(policy, Clock(), 4, greedy=False).tolist() == [6.0, 8.0]


class EndsWithAction0:
    """40 environments whose episode ends with the first action 0."""

    actions, observation = 2, np.zeros((40, 1), np.float32)

    def step(self, actions):
        return EnvironmentStep(
            self.observation, self.observation, np.ones(40, np.float32), actions == 0, np.zeros(40, bool)
        )


def test_each_environment_may_be_acted_on_in_its_own_way(policy):
    """Action 1 is a little likelier: always taken where the likeliest is, and by chance soon not."""
    with torch.no_grad():
        policy.read_out.weight.zero_()
        policy.read_out.bias.copy_(torch.tensor([0.0, 0.1, -9.0, 0.0]))
    steps = score(policy, EndsWithAction0(), 50, greedy=np.arange(40) < 20)
    assert (steps[:20] == 50).all() and (steps[20:] < 50).all()


def test_the_table_calls_the_gru_no_baseline():
    runs = {name: [control.balance(m, 0, updates=1, limit=20, progress=False)] for name, m in control.EXACT.items()}
    table = control.table(runs, "test", POSITIONS, limit=20)
    assert [row.name for row in table.rows if row.baseline] == ["no memory", "last 2 observations"]
    assert "GRU" in table.verdict and all(0 < row.values[0] <= 20 for row in table.rows)


def test_a_policy_that_sees_its_pushes_sees_as_many_as_observations():
    noisy = control.methods(NOISY_POSITIONS, recent=8, own_actions=True)
    assert {name: method.D for name, method in noisy.items()} == {
        "no memory, own pushes": 3,
        "last 8 observations, own pushes": 24,
        "GRU, own pushes": 3,
    }
    for method in noisy.values():
        assert control.carts(method, 5, 0).observation.shape == (5, method.D)
        assert control.balance(method, 0, updates=1, limit=20, progress=False).steps > 0


def test_the_probe_reads_velocities_from_a_policy_that_sees_them():
    run = control.balance(control.EXACT["whole state"], 0, updates=2, progress=False)
    blind = control.balance(control.EXACT["no memory"], 0, updates=2, progress=False)
    seen, unseen = (control.probe_velocities(one, steps=30).explained for one in (run, blind))
    assert (seen > 0.95).all() and (unseen < 0.8).all()


def test_a_falling_pole_falls():
    states = control.falling(0)
    assert states.shape[1] == 4 and np.abs(states[0]).max() <= 0.05
    assert isinstance(control.carts(control.EXACT["GRU"], 2, 0), CartPole)
